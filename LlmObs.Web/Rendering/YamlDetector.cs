using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering;

/// <summary>Tells YAML from a text whose lines happen to have colons: every line has to fit, and something has to be nested.</summary>
internal static partial class YamlDetector
{
    private const int Sample = 16_384;
    private const int FewestKeys = 3;

    public static bool IsYaml(string text)
    {
        var (keys, isNested, underKey, blockIndent) = (0, false, false, -1);
        var sample = text.AsSpan(0, Math.Min(Sample, text.Length));
        foreach (var line in sample.EnumerateLines())
        {
            var content = line.TrimStart(' ');
            var indent = line.Length - content.Length;
            if (content.IsWhiteSpace() || content[0] == '#' || (blockIndent >= 0 && indent > blockIndent))
            {
                continue;
            }

            var isItem = content.StartsWith("- ") || content is "-" or "---";
            var isKey = Key().IsMatch(content);
            if (!isItem && !isKey)
            {
                return false;
            }

            keys += isKey ? 1 : 0;
            isNested |= underKey && (indent > 0 || isItem);
            blockIndent = BlockText().IsMatch(content) ? indent : -1;
            underKey = content.TrimEnd().EndsWith(':') || blockIndent >= 0;
            isNested |= blockIndent >= 0;
        }

        return keys >= FewestKeys && isNested;
    }

    [GeneratedRegex(@"^(- )*(""[^""\n]{1,80}""|'[^'\n]{1,80}'|[\p{L}_$][\w.$/-]{0,80}):( |$)", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex(@":\s*[|>][+-]?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex BlockText();
}
