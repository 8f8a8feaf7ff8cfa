namespace LlmObs.Web.Rendering.Diff;

/// <summary>Draws a diff line by line, with what went and what came marked inside the lines; long unchanged stretches fold.</summary>
internal static class DiffBlock
{
    private const int Context = 2;
    private const int FewestFolded = 4;

    public static void Write(HtmlWriter html, IReadOnlyList<DiffPiece> pieces, RenderRun run)
    {
        var lines = Lines(pieces);
        var changed = lines.Count(IsChanged);
        if (changed == 0)
        {
            html.Raw("<p class=\"note\">").Text(run.Say("Nothing changed.")).Raw("</p>");
            return;
        }

        html.Raw("<div class=\"diff\"><p class=\"note\">").Text(run.Count("changed line", changed)).Raw("</p>");
        for (var i = 0; i < lines.Count; )
        {
            var end = i;
            while (end < lines.Count && !IsChanged(lines[end]))
            {
                end++;
            }

            WriteUnchanged(html, lines, i, end, run);
            for (i = end; i < lines.Count && IsChanged(lines[i]); i++)
            {
                WriteLine(html, lines[i]);
            }
        }

        html.Raw("</div>");
    }

    private static void WriteUnchanged(HtmlWriter html, List<List<DiffPiece>> lines, int from, int to, RenderRun run)
    {
        var foldFrom = from == 0 ? from : Math.Min(to, from + Context);
        var foldTo = to == lines.Count ? to : Math.Max(foldFrom, to - Context);
        var folds = foldTo - foldFrom >= FewestFolded;
        for (var i = from; i < to; i++)
        {
            if (folds && i == foldFrom)
            {
                html.Raw("<details><summary>").Text(run.Count("unchanged line", foldTo - foldFrom)).Raw("</summary>");
            }

            WriteLine(html, lines[i]);
            if (folds && i == foldTo - 1)
            {
                html.Raw("</details>");
            }
        }
    }

    private static void WriteLine(HtmlWriter html, List<DiffPiece> line)
    {
        html.Raw(IsChanged(line) ? "<div class=\"changed\">" : "<div>");
        foreach (var (kind, text) in line)
        {
            var tag = kind switch
            {
                DiffKind.Removed => "del",
                DiffKind.Added => "ins",
                _ => null,
            };
            // A line break that went or came would be invisible.
            var shown = text is "\n" or "\r\n" && tag is not null ? "⏎" : text.TrimEnd('\n', '\r');
            html.Raw(tag is null ? "" : $"<{tag}>").Text(shown).Raw(tag is null ? "" : $"</{tag}>");
        }

        html.Raw("\n</div>");
    }

    private static bool IsChanged(List<DiffPiece> line) => line.Any(piece => piece.Kind != DiffKind.Same);

    private static List<List<DiffPiece>> Lines(IReadOnlyList<DiffPiece> pieces)
    {
        List<List<DiffPiece>> lines =
        [
            [],
        ];
        foreach (var (kind, text) in pieces)
        {
            foreach (var part in DiffWords.Lines(text))
            {
                lines[^1].Add(new(kind, part));
                if (part.EndsWith('\n'))
                {
                    lines.Add([]);
                }
            }
        }

        if (lines[^1].Count == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }
}
