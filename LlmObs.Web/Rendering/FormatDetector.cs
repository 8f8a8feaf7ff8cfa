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

        if (CodeLanguages.Detect(text) is not null)
        {
            return TextFormat.Code;
        }

        if (StackTraces.IsStackTrace(text))
        {
            return TextFormat.StackTrace;
        }

        if (YamlDetector.IsYaml(text))
        {
            return TextFormat.Yaml;
        }

        var sample = text.Length > 65_536 ? text[..65_536] : text;
        return PromptParts.HasTags(sample) || PromptParts.HasRoles(sample) ? TextFormat.Tagged
            : IsMarkdown(sample) ? TextFormat.Markdown
            : TextFormat.Text;
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
}
