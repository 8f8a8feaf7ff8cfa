namespace LlmObs.Web.Rendering.Diff;

public enum DiffKind
{
    Same,
    Removed,
    Added,
}

/// <summary>A stretch of text that two values share, or that one of them has.</summary>
public readonly record struct DiffPiece(DiffKind Kind, string Text);

/// <summary>
/// What changed between two texts: by lines first, then by words within the lines that changed. A Han character is a word.
/// Same and removed pieces joined are the first text, same and added pieces the second.
/// </summary>
public static class TextDiff
{
    // Up to so many words a changed stretch is compared word by word; above, it stands as removed and added.
    private const int MostWords = 20_000;

    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var pieces = new List<DiffPiece>();
        foreach (var change in Changes(DiffWords.Lines(before), DiffWords.Lines(after)))
        {
            foreach (var (removed, added, same) in ByWord(change))
            {
                Add(pieces, DiffKind.Removed, removed);
                Add(pieces, DiffKind.Added, added);
                Add(pieces, DiffKind.Same, same);
            }
        }

        return pieces;
    }

    private static List<Change> ByWord(Change lines)
    {
        if (lines.Removed.Length == 0 || lines.Added.Length == 0)
        {
            return [lines];
        }

        var (before, after) = (DiffWords.Of(lines.Removed), DiffWords.Of(lines.Added));
        return before.Count + after.Count > MostWords ? [lines] : [.. Calm(Changes(before, after)), new("", "", lines.SameAfter)];
    }

    private static List<Change> Changes(List<string> before, List<string> after)
    {
        var (start, end) = (0, 0);
        var shorter = Math.Min(before.Count, after.Count);
        while (start < shorter && before[start] == after[start])
        {
            start++;
        }

        while (end < shorter - start && before[^(end + 1)] == after[^(end + 1)])
        {
            end++;
        }

        var changes = new List<Change>();
        var (removed, added) = (new List<string>(), new List<string>());
        Close(before[..start]);
        foreach (var (kind, from, to) in ShortestEdit.Between(before[start..^end], after[start..^end]))
        {
            switch (kind)
            {
                case DiffKind.Removed:
                    removed.AddRange(before[(start + from)..(start + to)]);
                    break;
                case DiffKind.Added:
                    added.AddRange(after[(start + from)..(start + to)]);
                    break;
                default:
                    Close(before[(start + from)..(start + to)]);
                    break;
            }
        }

        Close(before[^end..]);
        return changes;

        void Close(List<string> same)
        {
            changes.Add(new(string.Concat(removed), string.Concat(added), string.Concat(same)));
            removed.Clear();
            added.Clear();
        }
    }

    /// <summary>Blanks and marks alone that survive between two changes are read as part of them: the eye jumps about less.</summary>
    private static List<Change> Calm(List<Change> changes)
    {
        var calm = new List<Change>();
        foreach (var change in changes)
        {
            if (calm is [.., var last] && !last.IsEmpty && !change.IsEmpty && IsFiller(last.SameAfter))
            {
                calm[^1] = new(last.Removed + last.SameAfter + change.Removed, last.Added + last.SameAfter + change.Added, change.SameAfter);
            }
            else
            {
                calm.Add(change);
            }
        }

        return calm;
    }

    private static bool IsFiller(string text) => text.AsSpan().Trim(" \t,.;:，。、；：").IsEmpty;

    private static void Add(List<DiffPiece> pieces, DiffKind kind, string text)
    {
        if (text.Length > 0)
        {
            pieces.Add(new(kind, text));
        }
    }

    /// <summary>What went, what came instead, and what stayed behind it.</summary>
    private readonly record struct Change(string Removed, string Added, string SameAfter)
    {
        public bool IsEmpty => Removed.Length == 0 && Added.Length == 0;
    }
}
