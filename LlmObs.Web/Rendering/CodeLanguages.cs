using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering;

/// <summary>Which language a piece of code is in: found from its first lines, or taken from the word of a fence.</summary>
internal static partial class CodeLanguages
{
    private const int Sample = 2000;

    /// <summary>The language of a value that is code as a whole; null when it isn't, or isn't certain.</summary>
    public static string? Detect(string text)
    {
        var start = text.AsSpan().TrimStart();
        var sample = start[..Math.Min(Sample, start.Length)];
        return sample switch
        {
            _ when sample.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) => "xml",
            _ when sample.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
                    || sample.StartsWith("<html", StringComparison.OrdinalIgnoreCase) => "html",
            _ when sample.StartsWith("#!/") => sample[..Math.Min(40, sample.Length)].Contains("python", StringComparison.Ordinal) ? "python" : "bash",
            _ when Python().IsMatch(sample) => "python",
            _ when CSharp().IsMatch(sample) => "csharp",
            _ when Go().IsMatch(sample) => "go",
            _ when Java().IsMatch(sample) => "java",
            _ when TypeScript().IsMatch(sample) => "typescript",
            _ when JavaScript().IsMatch(sample) => "javascript",
            _ when Diff().IsMatch(sample) => "diff",
            _ => null,
        };
    }

    /// <summary>The name of the grammar that colours it; null when we carry none.</summary>
    public static string? Grammar(string? language) =>
        language?.ToLowerInvariant() switch
        {
            "python" or "py" => "python",
            "csharp" or "cs" or "c#" => "csharp",
            "javascript" or "js" or "jsx" => "javascript",
            "typescript" or "ts" or "tsx" => "typescript",
            "java" or "kotlin" => "java",
            "go" or "golang" => "go",
            "css" => "css",
            "diff" or "patch" => "diff",
            "yaml" or "yml" => "yaml",
            "bash" or "sh" or "shell" or "console" => "bash",
            "html" or "xml" or "markup" or "svg" => "markup",
            "markdown" or "md" => "markdown",
            _ => null,
        };

    [GeneratedRegex(
        @"\A(#.*\n)*((from [\w.]+ )?import [\w., ]+( as \w+)?\s*\n|(async )?def \w+\(.*\).*:\s*\n|@\w+.*\n(async )?def |class \w+(\(.*\))?:\s*\n)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Python();

    [GeneratedRegex(
        @"\A(//.*\n)*(using [\w.]+;|namespace [\w.]+\s*[;{]|(public|internal) (static |sealed |abstract )*(class|record|interface) \w+)[^;{]*\s*\r?\n",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex CSharp();

    [GeneratedRegex(@"\A(//.*\n)*package \w+\s*\n", RegexOptions.CultureInvariant)]
    private static partial Regex Go();

    [GeneratedRegex(@"\A(//.*\n)*(package [\w.]+;|import (static )?[\w.]+(\.\*)?;)", RegexOptions.CultureInvariant)]
    private static partial Regex Java();

    [GeneratedRegex(@"\A(//.*\n)*(export )?(interface \w+ \{|type \w+ = |enum \w+ \{)", RegexOptions.CultureInvariant)]
    private static partial Regex TypeScript();

    [GeneratedRegex(
        @"\A(//.*\n)*(import .{1,200} from ['""]|(export )?(default )?(async )?function\s*\w*\(|(export )?(const|let|var) [\w{},\s\[\]]{1,80} = )",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex JavaScript();

    [GeneratedRegex(@"\A(diff --git |--- \S.*\n\+\+\+ )", RegexOptions.CultureInvariant)]
    private static partial Regex Diff();
}
