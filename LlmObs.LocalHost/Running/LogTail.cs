namespace LlmObs.LocalHost.Running;

/// <summary>The last lines a process printed, for the message that says why it ended.</summary>
internal sealed class LogTail
{
    private const int Lines = 12;
    private readonly Queue<string> lines = new();

    public void Add(string line)
    {
        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > Lines)
            {
                lines.Dequeue();
            }
        }
    }

    public override string ToString()
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }
}
