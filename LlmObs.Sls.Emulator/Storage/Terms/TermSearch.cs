using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Asks one segment for the rows of a condition.</summary>
public static class TermSearch
{
    public static RowBounds Find(this TermSegment segment, TermQuery query)
    {
        var rows = segment.Rows.Count;
        return query switch
        {
            TermRun run => Run(segment, run),
            PossibleTerms possible => new RowBounds(RowSet.None(rows), segment.Find(possible.Needed).Possible),
            AllTerms all => all
                .Parts.Select(segment.Find)
                .Aggregate(
                    RowBounds.Exactly(RowSet.All(rows)),
                    (left, right) => new RowBounds(left.Sure & right.Sure, left.Possible & right.Possible)
                ),
            AnyTerm any => any
                .Parts.Select(segment.Find)
                .Aggregate(
                    RowBounds.Exactly(RowSet.None(rows)),
                    (left, right) => new RowBounds(left.Sure | right.Sure, left.Possible | right.Possible)
                ),
            NotTerms not => segment.Find(not.Inner) is var inner ? new RowBounds(~inner.Possible, ~inner.Sure) : default,
            _ => new RowBounds(RowSet.None(rows), RowSet.All(rows)),
        };
    }

    /// <summary>One term and two adjacent characters are indexed as such; of more, each must occur, and the table knows whether side by side.</summary>
    private static RowBounds Run(TermSegment segment, TermRun run)
    {
        var rows = segment.Rows.Count;
        var terms = run.Terms.Split(Tokenizer.Separator);
        var keys = new List<ulong>();
        var afterCharacter = false;
        for (var i = 0; i < terms.Length; i++)
        {
            var isCharacter = TermKey.IsCharacter(terms[i]);
            if (isCharacter && afterCharacter)
            {
                keys.Add(TermKey.Of(run.Field, terms[i - 1], terms[i]));
            }
            // A character that is half of a pair needs no looking up of its own.
            else if (terms[i].Length > 0 && !(isCharacter && i + 1 < terms.Length && TermKey.IsCharacter(terms[i + 1])))
            {
                keys.Add(TermKey.Of(run.Field, terms[i]));
            }
            afterCharacter = isCharacter;
        }
        var possible = keys.Aggregate(RowSet.All(rows), (found, key) => found & RowSet.Of(rows, segment.Find(key)));
        return keys.Count == 1 && IsPlain(terms) ? RowBounds.Exactly(possible) : new RowBounds(RowSet.None(rows), possible);
    }

    // ␁a␁ or ␁a␁b␁.
    private static bool IsPlain(string[] terms) =>
        terms.Length is 3 or 4 && terms[0].Length == 0 && terms[^1].Length == 0 && terms[1..^1].All(term => term.Length > 0);
}
