using System.Text.RegularExpressions;

namespace LlmObs.Web.Rendering.Markup;

/// <summary>A part of a prompt under its heading or inside its tag.</summary>
/// <param name="Title">The heading's words, the tag or the role as written; null for what comes before the first.</param>
/// <param name="Level">1–6 for headings as written, 0 for tags and roles.</param>
/// <param name="Body">Without the heading line, the tags, or the role before its colon.</param>
internal sealed record PromptPart(string? Title, int Level, bool IsTag, string Body);

/// <summary>Cuts a prompt into the parts its author gave it: Markdown headings, tags on lines of their own, and who speaks in a transcript.</summary>
internal static partial class PromptParts
{
    private const int PartsLimit = 400;

    /// <summary>True when a tag opens at the beginning of a line and closes later.</summary>
    public static bool HasTags(string text)
    {
        foreach (Match match in OpenTag().Matches(text))
        {
            if (Closing(text, match) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for a transcript: lines that begin with <c>User:</c>, <c>Assistant:</c>, <c>&lt;|im_start|&gt;user</c> and the like, of two kinds at least.</summary>
    public static bool HasRoles(string text) => Role().Matches(text).Select(match => RoleName(match)).Distinct(StringComparer.Ordinal).Count() > 1;

    public static List<PromptPart> Split(string text)
    {
        var hasRoles = HasRoles(text);
        var parts = new List<PromptPart>();
        string? title = null;
        var (level, bodyStart, fence, seeksTags) = (0, 0, (string?)null, true);
        for (var at = 0; at < text.Length; )
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            var line = text.AsSpan(at, end - at).TrimEnd();
            if (Fence(line) is { } mark && (fence is null || (mark[0] == fence[0] && mark.Length >= fence.Length)))
            {
                fence = fence is null ? mark : null;
            }
            else if (fence is null && parts.Count < PartsLimit && HeadingLevel(line) is var heading and > 0)
            {
                Close(at);
                (title, level, bodyStart) = (Plain(line.Trim().Trim('#').Trim().ToString()), heading, end);
            }
            else if (fence is null && hasRoles && parts.Count < PartsLimit && Role().Match(text, at, end - at) is { Success: true } role)
            {
                Close(at);
                (title, level, bodyStart) = (RoleName(role), 0, role.Index + role.Length);
            }
            else if (
                fence is null
                && parts.Count < PartsLimit
                && seeksTags
                && line.TrimStart().StartsWith('<')
                && OpenTag().Match(text, at) is { Success: true } open
                && open.Index == at
            )
            {
                if (Closing(text, open) is var (bodyEnd, after))
                {
                    Close(at);
                    var body = text[(open.Index + open.Length)..bodyEnd];
                    parts.Add(new(open.Value.Trim(), 0, IsTag: true, body.Trim('\r', '\n')));
                    (title, level, bodyStart, end) = (null, 0, after, after);
                }
                else
                {
                    // One search to the end of the text per unclosed tag is enough.
                    seeksTags = parts.Count < 50;
                }
            }

            at = Math.Max(end, at + 1);
        }

        Close(text.Length);
        return parts;

        void Close(int end)
        {
            var body = text[bodyStart..end];
            if (title is not null || !string.IsNullOrWhiteSpace(body))
            {
                parts.Add(new(title, level, IsTag: false, body));
            }
        }
    }

    private static int HeadingLevel(ReadOnlySpan<char> line)
    {
        var start = line.TrimStart(' ');
        if (line.Length - start.Length > 3)
        {
            return 0;
        }

        var level = start.IndexOfAnyExcept('#');
        return level is > 0 and <= 6 && start[level] is ' ' or '\t' ? level : 0;
    }

    private static string? Fence(ReadOnlySpan<char> line)
    {
        var start = line.TrimStart(' ');
        if (line.Length - start.Length > 3 || start.Length < 3 || start[0] is not ('`' or '~'))
        {
            return null;
        }

        var length = start.IndexOfAnyExcept(start[0]);
        length = length < 0 ? start.Length : length;
        return length >= 3 ? start[..length].ToString() : null;
    }

    private static string RoleName(Match role) => role.Groups["role"].Value;

    private static string Plain(string heading) => Marks().Replace(heading, "");

    private static (int BodyEnd, int After)? Closing(string text, Match open)
    {
        var name = open.Groups["name"].Value;
        var (opening, closing) = ($"<{name}", $"</{name}>");
        var (depth, at) = (1, open.Index + open.Length);
        while (true)
        {
            var close = text.IndexOf(closing, at, StringComparison.Ordinal);
            if (close < 0)
            {
                return null;
            }

            var again = text.IndexOf(opening, at, close - at, StringComparison.Ordinal);
            if (again >= 0 && again + opening.Length < text.Length && text[again + opening.Length] is '>' or ' ')
            {
                (depth, at) = (depth + 1, again + opening.Length);
                continue;
            }

            if (again >= 0)
            {
                at = again + opening.Length;
                continue;
            }

            at = close + closing.Length;
            if (--depth == 0)
            {
                return (close, at);
            }
        }
    }

    [GeneratedRegex(@"^ {0,3}<(?<name>[\p{L}_][\w.-]{0,60})(\s[^<>\n]{0,300})?>", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OpenTag();

    [GeneratedRegex(
        @"^(<\|im_start\|>(?<role>\w{1,20})[ \t]*\n?|<\|(?<role>system|user|assistant|tool)\|>|(?<role>System|User|Human|Assistant|AI|Tool|Observation|Thought|Action|Action Input|Final Answer|系统|用户|助手|问题|回答|思考|行动|观察)[ \t]*[:：])",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Role();

    [GeneratedRegex(@"\*\*|__|`")]
    private static partial Regex Marks();
}
