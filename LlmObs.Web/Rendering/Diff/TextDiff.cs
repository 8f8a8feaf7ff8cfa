using DiffPlex;

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
    // Comparing takes time with the square of what differs. Above this a text, or a changed stretch of it, stands as removed and added.
    private const int MostLines = 12_000;
    private const int MostWords = 6_000;

    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var pieces = new List<DiffPiece>();
        var byLine =
            DiffWords.Lines(before).Count + DiffWords.Lines(after).Count <= MostLines
                ? Changes(before, after, new(DiffWords.Lines))
                : [new(before, after, "")];
        foreach (var change in byLine)
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

        return DiffWords.Of(lines.Removed).Count + DiffWords.Of(lines.Added).Count > MostWords
            ? [lines]
            : [.. Calm(Changes(lines.Removed, lines.Added, new(DiffWords.Of))), new("", "", lines.SameAfter)];
    }

    private static List<Change> Changes(string before, string after, Cuts cuts)
    {
        var diff = Differ.Instance.CreateDiffs(before, after, ignoreWhiteSpace: false, ignoreCase: false, cuts);
        var changes = new List<Change>();
        var (old, fresh) = (diff.PiecesOld, diff.PiecesNew);
        var at = 0;
        var (removed, added) = ("", "");
        foreach (var block in diff.DiffBlocks)
        {
            changes.Add(new(removed, added, Joined(old, at, block.DeleteStartA)));
            removed = Joined(old, block.DeleteStartA, block.DeleteStartA + block.DeleteCountA);
            added = Joined(fresh, block.InsertStartB, block.InsertStartB + block.InsertCountB);
            at = block.DeleteStartA + block.DeleteCountA;
        }

        changes.Add(new(removed, added, Joined(old, at, old.Count)));
        return changes;
    }

    private static string Joined(IReadOnlyList<string> pieces, int from, int to) => string.Concat(pieces.Skip(from).Take(to - from));

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

    private sealed class Cuts(Func<string, List<string>> cut) : IChunker
    {
        public IReadOnlyList<string> Chunk(string text) => cut(text);
    }

    /// <summary>What went, what came instead, and what stayed behind it.</summary>
    private readonly record struct Change(string Removed, string Added, string SameAfter)
    {
        public bool IsEmpty => Removed.Length == 0 && Added.Length == 0;
    }
}
