using System.Text.RegularExpressions;
using LlmObs.Web.Rendering.Json;
using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Web.Rendering;

/// <summary>A run of one kind inside a text: words, or a statement, document or stack trace that stands among them.</summary>
/// <param name="Format"><see cref="TextFormat.Text"/> for words.</param>
public readonly record struct TextPiece(TextFormat Format, string Text);

/// <summary>Finds SQL, JSON and stack traces that stand bare among words, on lines of their own; SQL within a line, too. The pieces joined are the text.</summary>
public static partial class TextPieces
{
    // Looking further than this for an end, or for more that turn out to be words, would make a long text slow.
    private const int LongestLines = 600;
    private const int LongestChars = 65_536;
    private const int MostMistakes = 40;
    private const int ShortestJson = 12;

    public static List<TextPiece> Split(string text)
    {
        var pieces = new List<TextPiece>();
        var lines = Lines(text);
        var (from, mistakes, fence) = (0, 0, false);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = text.AsSpan(lines[i].Start, lines[i].Length);
            fence ^= IsFence(line);
            if (fence || mistakes > MostMistakes)
            {
                continue;
            }

            if (Candidate(line) is { } candidate)
            {
                var start = lines[i].Start + candidate.Offset;
                if (End(text, lines, i, start, candidate.Format) is { } last)
                {
                    Take(candidate.Format, start, lines[last].Start + lines[last].Length);
                    i = last;
                    continue;
                }

                mistakes++;
            }

            if (InlineSql.Find(line) is var (at, length))
            {
                Take(TextFormat.Sql, lines[i].Start + at, lines[i].Start + at + length);
            }
        }

        Add(pieces, TextFormat.Text, text[from..]);
        return pieces;

        void Take(TextFormat format, int start, int end)
        {
            Add(pieces, TextFormat.Text, text[from..start]);
            Add(pieces, format, text[start..end]);
            from = end;
        }
    }

    private static void Add(List<TextPiece> pieces, TextFormat format, string text)
    {
        if (text.Length > 0)
        {
            pieces.Add(new(format, text));
        }
    }

    private static (TextFormat Format, int Offset)? Candidate(ReadOnlySpan<char> line)
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        if (indent > 3 || indent == line.Length)
        {
            return null;
        }

        var start = line[indent..];
        return start switch
        {
            ['{' or '[', ..] => (TextFormat.Json, 0),
            _ when StackTraces.IsPythonHead(start) || StackTraces.IsError(start) => (TextFormat.StackTrace, 0),
            _ when SqlDetector.StartsWithVerb(start) => (TextFormat.Sql, 0),
            _ when Label(start) is > 0 and var label && SqlDetector.StartsWithVerb(start[label..]) => (TextFormat.Sql, indent + label),
            _ => null,
        };
    }

    /// <summary>The last line of what begins at <paramref name="start"/>, or null when it isn't what it looks like.</summary>
    private static int? End(string text, List<(int Start, int Length)> lines, int line, int start, TextFormat format) =>
        format switch
        {
            TextFormat.Json => JsonEnd(text, lines, line, start),
            TextFormat.Sql => SqlEnd(text, lines, line, start),
            _ => StackEnd(text, lines, line),
        };

    private static int? SqlEnd(string text, List<(int Start, int Length)> lines, int line, int start)
    {
        var last = line;
        for (; last < lines.Count && last - line < LongestLines; last++)
        {
            var one = text.AsSpan(lines[last].Start, lines[last].Length).TrimEnd();
            if (one.EndsWith(';'))
            {
                last++;
                break;
            }

            if (one.IsWhiteSpace() || IsFence(one) || one.StartsWith("# ") || one.StartsWith("</"))
            {
                break;
            }
        }

        // Words may follow without a blank line between.
        for (var end = last - 1; end >= line && end > last - 6; end--)
        {
            if (SqlDetector.IsSqlAmongWords(text[start..(lines[end].Start + lines[end].Length)]))
            {
                return end;
            }
        }

        return null;
    }

    private static int? JsonEnd(string text, List<(int Start, int Length)> lines, int line, int start)
    {
        var (depth, isText) = (0, false);
        var limit = Math.Min(text.Length, start + LongestChars);
        for (var at = start; at < limit; at++)
        {
            switch (text[at])
            {
                case '\\' when isText:
                    at++;
                    break;
                case '"':
                    isText = !isText;
                    break;
                case '{' or '[' when !isText:
                    depth++;
                    break;
                case '}' or ']' when !isText && --depth == 0:
                    return LineOf(lines, line, at) is var last && IsDocument(text, start, at + 1, lines[last]) ? last : null;
            }
        }

        return null;
    }

    private static bool IsDocument(string text, int start, int end, (int Start, int Length) last) =>
        text.AsSpan(end, last.Start + last.Length - end).IsWhiteSpace()
        && end - start >= ShortestJson
        && JsonParser.Parse(text[start..end]) is { IsCut: false } json
        && json.Children.Any(child => child.Name is not null || child.IsContainer);

    private static int? StackEnd(string text, List<(int Start, int Length)> lines, int line)
    {
        int? last = null;
        var frames = 0;
        var isPython = false;
        for (var i = line; i < lines.Count && i - line < LongestLines; i++)
        {
            var one = text.AsSpan(lines[i].Start, lines[i].Length).TrimEnd();
            isPython |= StackTraces.IsPythonHead(one);
            if (StackTraces.IsFrame(one))
            {
                (frames, last) = (frames + 1, i);
            }
            else if (
                StackTraces.IsPythonHead(one)
                || StackTraces.IsError(one)
                || (isPython && i > line && (one is [' ', ..] || (text[lines[i - 1].Start] == ' ' && StackTraces.IsPythonError(one))))
            )
            {
                last = frames > 0 ? i : last;
            }
            else if (!one.IsWhiteSpace() && !one.StartsWith("During handling") && !one.StartsWith("The above exception") && i > line)
            {
                break;
            }
        }

        return frames > 1 || (isPython && frames > 0) ? last : null;
    }

    private static int LineOf(List<(int Start, int Length)> lines, int from, int at)
    {
        while (from + 1 < lines.Count && lines[from + 1].Start <= at)
        {
            from++;
        }

        return from;
    }

    /// <summary>The lines, each with its line break.</summary>
    private static List<(int Start, int Length)> Lines(string text)
    {
        var lines = new List<(int, int)>();
        for (var at = 0; at < text.Length; )
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add((at, end - at));
            at = end;
        }

        return lines;
    }

    private static bool IsFence(ReadOnlySpan<char> line) => line.TrimStart(' ') is ['`', '`', '`', ..] or ['~', '~', '~', ..];

    private static int Label(ReadOnlySpan<char> line)
    {
        foreach (var match in SqlLabel().EnumerateMatches(line))
        {
            return match.Length;
        }

        return 0;
    }

    [GeneratedRegex(@"^[\p{L}\d_ *]{1,30}[:：]\s*", RegexOptions.CultureInvariant)]
    private static partial Regex SqlLabel();
}
