using System.Text.RegularExpressions;
using LlmObs.Web.Rendering.Json;
using LlmObs.Web.Rendering.Markup;

namespace LlmObs.Web.Rendering;

/// <summary>Decides what a value is from the value alone: senders rarely say, and are often wrong when they do.</summary>
public static partial class FormatDetector
{
    public static TextFormat Detect(string text)
    {
        var start = text.AsSpan().Trim();
        if (start.IsEmpty)
        {
            return TextFormat.Text;
        }

        if (start[0] is '{' or '[' or '"' && IsJson(text, start))
        {
            return TextFormat.Json;
        }

        if (SqlDetector.IsSql(text))
        {
            return TextFormat.Sql;
        }

        if (CodeLanguage(text) is not null)
        {
            return TextFormat.Code;
        }

        var sample = text.Length > 65_536 ? text[..65_536] : text;
        return PromptParts.HasTags(sample) ? TextFormat.Tagged
            : IsMarkdown(sample) ? TextFormat.Markdown
            : TextFormat.Text;
    }

    /// <summary>The language of a value that is code as a whole; null when it isn't, or isn't certain.</summary>
    public static string? CodeLanguage(string text)
    {
        var start = text.AsSpan().TrimStart();
        return start switch
        {
            _ when start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase)
                    || start.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
                    || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase) => "html",
            _ when start.StartsWith("#!/") => start[..Math.Min(40, start.Length)].Contains("python", StringComparison.Ordinal) ? "python" : "bash",
            _ when Python().IsMatch(start[..Math.Min(2000, start.Length)]) => "python",
            _ => null,
        };
    }

    // "[INFO] started" and "{placeholder}" begin like JSON; "[" alone is the beginning of anything.
    private static bool IsJson(string text, ReadOnlySpan<char> start)
    {
        if (JsonParser.Parse(text) is not { } part)
        {
            return false;
        }

        return part.Kind == JsonPartKind.String
            ? !part.IsCut && start.Contains('\\')
            : !part.IsCut || part.Children.Any(child => child.Name is not null || child.IsContainer);
    }

    private static bool IsMarkdown(string text)
    {
        if (Strong().IsMatch(text))
        {
            return true;
        }

        var lists = ListItem().Count(text) > 1 ? 1 : 0;
        var emphasis = Emphasis().IsMatch(text) ? 1 : 0;
        var code = InlineCode().IsMatch(text) ? 1 : 0;
        var link = Link().IsMatch(text) ? 1 : 0;
        var quote = Quote().IsMatch(text) ? 1 : 0;
        return lists + emphasis + code + link + quote > 1 || lists + emphasis > 0;
    }

    /// <summary>A heading, a fence or a table: nothing else writes these.</summary>
    [GeneratedRegex(@"^ {0,3}(#{1,6} +\S|```|~~~|\|?[ :]*-{3,}[ :]*\|)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Strong();

    [GeneratedRegex(@"^ {0,6}([-*+]|\d{1,3}[.)]) +\S", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"\*\*[^*\s][^*\n]{0,300}\*\*", RegexOptions.CultureInvariant)]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"`[^`\n]{1,200}`", RegexOptions.CultureInvariant)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"^ {0,3}> ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Quote();

    [GeneratedRegex(
        @"\A(#.*\n)*((from [\w.]+ )?import [\w., ]+( as \w+)?\s*\n|(async )?def \w+\(.*\).*:\s*\n|@\w+.*\n(async )?def )",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Python();
}
