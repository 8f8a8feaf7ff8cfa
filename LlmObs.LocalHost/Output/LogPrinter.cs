namespace LlmObs.LocalHost.Output;

/// <summary>Prints whole lines: those of the services with their names in front, and the host's own.</summary>
/// <param name="colour">Whether the reader is a terminal.</param>
internal sealed class LogPrinter(TextWriter output, IReadOnlyList<string> names, bool colour)
{
    // Cyan, green, yellow, magenta, blue: readable on light and dark. Red is left to the services' own errors.
    private static readonly int[] Colours = [36, 32, 33, 35, 34];

    private readonly int width = names.Append(Host).Max(name => name.Length);
    private readonly Lock oneAtATime = new();

    private const string Host = "llmobs";

    public void Line(string name, string line)
    {
        var index = names.ToList().IndexOf(name);
        Write(index < 0 ? "1" : $"{Colours[index % Colours.Length]}", name, line);
    }

    /// <summary>A word of the host itself.</summary>
    public void Say(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            Write("1", Host, line);
        }
    }

    /// <summary>Text as it is.</summary>
    public void Plain(string text)
    {
        lock (oneAtATime)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }

    private void Write(string style, string name, string line)
    {
        var prefix = name.PadRight(width);
        Plain(colour ? $"\e[{style}m{prefix} │\e[0m {line}" : $"{prefix} | {line}");
    }
}
