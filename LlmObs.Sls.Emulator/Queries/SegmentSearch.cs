using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>
/// One search in one segment. The index tells for sure of most conditions and for the others which logs may match; these are read, and
/// their texts decide.
/// </summary>
internal sealed class SegmentSearch(ITermSource source, TermQuery query, IReadOnlyDictionary<WildTerm, IReadOnlyList<string>> wildWords)
{
    private readonly Dictionary<TermQuery, RowSet> needed = new(ReferenceEqualityComparer.Instance);

    /// <param name="isVisible">Whether a log is to be found at all: its time, and that it has not aged out.</param>
    /// <param name="read">Reads logs as rows, in the order given.</param>
    public RowSet Find(Func<IndexedLog, bool> isVisible, Func<IEnumerable<IndexedLog>, IEnumerable<LogRow>> read, CancellationToken cancellationToken)
    {
        var bounds = Ask(query);
        var unsure = (bounds.Possible & ~bounds.Sure).Members().Where(row => isVisible(source[row])).ToList();
        if (unsure.Count == 0)
        {
            return bounds.Sure;
        }
        var found = RowSet.None(source.Count);
        foreach (var (row, log) in unsure.Zip(read(unsure.Select(row => source[row]))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Holds(query, row, log))
            {
                found.Add(row);
            }
        }
        return bounds.Sure | found;
    }

    private RowBounds Ask(TermQuery asked) =>
        asked switch
        {
            WordTerm or CharacterTerm or NumberTerm or WildTerm => RowBounds.Exactly(Needed(asked)),
            TextCheck check => new RowBounds(RowSet.None(source.Count), Needed(check)),
            NotTerms not => Ask(not.Inner) is var inner ? new RowBounds(~inner.Possible, ~inner.Sure) : default,
            AllTerms all => all
                .Parts.Select(Ask)
                .Aggregate(
                    RowBounds.Exactly(RowSet.All(source.Count)),
                    (left, right) => new RowBounds(left.Sure & right.Sure, left.Possible & right.Possible)
                ),
            AnyTerm any => any
                .Parts.Select(Ask)
                .Aggregate(
                    RowBounds.Exactly(RowSet.None(source.Count)),
                    (left, right) => new RowBounds(left.Sure | right.Sure, left.Possible | right.Possible)
                ),
            _ => throw new InvalidOperationException($"no rows for {asked.GetType().Name}"),
        };

    private bool Holds(TermQuery asked, int row, LogRow log) =>
        asked switch
        {
            TextCheck check => Needed(check).Contains(row) && log.Texts.Any(text => check.IsWanted(text)),
            NotTerms not => !Holds(not.Inner, row, log),
            AllTerms all => all.Parts.All(part => Holds(part, row, log)),
            AnyTerm any => any.Parts.Any(part => Holds(part, row, log)),
            _ => Needed(asked).Contains(row),
        };

    private RowSet Needed(TermQuery asked)
    {
        if (!needed.TryGetValue(asked, out var rows))
        {
            rows = asked switch
            {
                WordTerm word => source.Find(word.Word),
                CharacterTerm character => source.Find(character.First, character.Last),
                NumberTerm number => source.Numbers(number.Field, number.IsWanted),
                WildTerm wild => wildWords[wild].Select(source.Find).Aggregate(RowSet.None(source.Count), (left, right) => left | right),
                TextCheck check => Ask(check.Needed).Possible,
                _ => throw new InvalidOperationException($"no rows for {asked.GetType().Name}"),
            };
            needed[asked] = rows;
        }
        return rows;
    }
}
