using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering;

/// <summary>Knows the stack traces of Python, .NET, Java and JavaScript by the shape of their lines.</summary>
internal static partial class StackTraces
{
    private const int FewestFrames = 2;
    private const int Sample = 8_000;

    /// <summary>True when the text is an error with the calls that led to it, and nothing else.</summary>
    public static bool IsStackTrace(string text)
    {
        var start = text.AsSpan().TrimStart();
        var sample = start[..Math.Min(Sample, start.Length)];
        return IsPythonHead(sample) ? PythonFrame().IsMatch(sample) : StartsWithError(sample) && Count(sample) >= FewestFrames;
    }

    public static bool IsPythonHead(ReadOnlySpan<char> line) => line.StartsWith("Traceback (most recent call last)", StringComparison.Ordinal);

    /// <summary>A line that names a place in code.</summary>
    public static bool IsFrame(ReadOnlySpan<char> line) => CallFrame().IsMatch(line) || PythonFrame().IsMatch(line);

    /// <summary>A line that names what went wrong: <c>KeyError: 'x'</c>, <c>System.IO.IOException: …</c>, <c>Caused by: …</c>.</summary>
    public static bool IsError(ReadOnlySpan<char> line) => Error().IsMatch(line);

    /// <summary>A frame of a runtime or library, which is hardly ever where the mistake is.</summary>
    public static bool IsForeign(ReadOnlySpan<char> line) => Foreign().IsMatch(line);

    private static bool StartsWithError(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('\n');
        return end > 0 && (IsError(text[..end]) || IsFrame(text[..end]));
    }

    private static int Count(ReadOnlySpan<char> text)
    {
        var frames = 0;
        foreach (var line in text.EnumerateLines())
        {
            frames += IsFrame(line) ? 1 : 0;
        }

        return frames;
    }

    [GeneratedRegex(@"^\s*File "".{1,400}"", line \d+", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex PythonFrame();

    [GeneratedRegex(@"^\s+at \S.*(\(|:\d+|<anonymous>| in )|^\s+at [\w.$<>`\[\],]+$", RegexOptions.CultureInvariant)]
    private static partial Regex CallFrame();

    [GeneratedRegex(
        @"^(Caused by: |Unhandled exception|Exception in thread |Uncaught |---> ?)|^ *[\w.$]*(Error|Exception|Failure|Warning)\b[:(]?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Error();

    [GeneratedRegex(
        @"site-packages|dist-packages|node_modules|/lib/python\d|node:internal|<frozen |^\s+at (System|Microsoft|java|javax|jdk|sun|org\.springframework)\.",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Foreign();
}
