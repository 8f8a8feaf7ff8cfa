using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>What a search needs to know before it asks segments.</summary>
/// <param name="WildWords">The words each wildcard stands for.</param>
internal sealed record PreparedSearch(TermQuery Query, IReadOnlyDictionary<WildTerm, IReadOnlyList<string>> WildWords);

/// <summary>
/// One search in one segment. The index tells for sure of most conditions and for the others which logs may match; of these the texts
/// that are asked for are read, one log at a time, and decide. For one thread.
/// </summary>
internal sealed class SegmentSearch : IDisposable
{
    private readonly Logstore logstore;
    private readonly PreparedSearch search;
    private readonly Dictionary<TermQuery, RowSet> needed = new(ReferenceEqualityComparer.Instance);
    private readonly RowBounds bounds;
    private (LogReader Reader, RowBuilder Builder)? texts;
    private (int Row, Log Log)? last;

    public SegmentSearch(Logstore logstore, ITermSource source, PreparedSearch search)
    {
        this.logstore = logstore;
        this.search = search;
        Source = source;
        bounds = Ask(search.Query);
    }

    public ITermSource Source { get; }

    /// <summary>No other row matches.</summary>
    public RowSet Possible => bounds.Possible;

    public bool Holds(int row) => bounds.Sure.Contains(row) || (bounds.Possible.Contains(row) && Holds(search.Query, row));

    /// <param name="isVisible">Whether a log is to be found at all. Of others that match some may be among the rows.</param>
    public RowSet Find(Predicate<IndexedLog> isVisible, CancellationToken cancellationToken)
    {
        var unsure = bounds.Possible & ~bounds.Sure;
        var found = RowSet.None(Source.Count);
        foreach (var row in unsure.Members())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (isVisible(Source[row]) && Holds(row))
            {
                found.Add(row);
            }
        }
        return bounds.Sure | found;
    }

    public void Dispose() => texts?.Reader.Dispose();

    private RowBounds Ask(TermQuery asked) =>
        asked switch
        {
            WordTerm or CharacterTerm or NumberTerm or WildTerm => RowBounds.Exactly(Needed(asked)),
            TextCheck check => new RowBounds(RowSet.None(Source.Count), Needed(check)),
            NotTerms not => Ask(not.Inner) is var inner ? new RowBounds(~inner.Possible, ~inner.Sure) : default,
            AllTerms all => AskAll(all.Parts),
            AnyTerm any => any
                .Parts.Select(Ask)
                .Aggregate(
                    RowBounds.Exactly(RowSet.None(Source.Count)),
                    (left, right) => new RowBounds(left.Sure | right.Sure, left.Possible | right.Possible)
                ),
            _ => throw new InvalidOperationException($"no rows for {asked.GetType().Name}"),
        };

    // No further than something is left: of the fields that a bare word is asked of, most have not even the first character of a phrase.
    private RowBounds AskAll(IReadOnlyList<TermQuery> parts)
    {
        var all = RowBounds.Exactly(RowSet.All(Source.Count));
        foreach (var part in parts.TakeWhile(_ => !all.Possible.IsEmpty))
        {
            var bounds = Ask(part);
            all = new RowBounds(all.Sure & bounds.Sure, all.Possible & bounds.Possible);
        }
        return all;
    }

    private bool Holds(TermQuery asked, int row) =>
        asked switch
        {
            TextCheck check => Needed(check).Contains(row) && Texts(row, check).Any(text => text.Field == check.Field && check.IsWanted(text)),
            NotTerms not => !Holds(not.Inner, row),
            AllTerms all => all.Parts.All(part => Holds(part, row)),
            AnyTerm any => any.Parts.Any(part => Holds(part, row)),
            _ => Needed(asked).Contains(row),
        };

    private RowSet Needed(TermQuery asked)
    {
        if (!needed.TryGetValue(asked, out var rows))
        {
            rows = asked switch
            {
                WordTerm word => Source.Find(word.Word),
                CharacterTerm character => Source.Find(character.First, character.Last),
                NumberTerm number => Source.Numbers(number.Field, number.IsWanted),
                WildTerm wild => search.WildWords[wild].Select(Source.Find).Aggregate(RowSet.None(Source.Count), (left, right) => left | right),
                TextCheck check => Ask(check.Needed).Possible,
                _ => throw new InvalidOperationException($"no rows for {asked.GetType().Name}"),
            };
            needed[asked] = rows;
        }
        return rows;
    }

    private IReadOnlyList<FieldText> Texts(int row, TextCheck check)
    {
        var (reader, builder) = texts ??= (logstore.OpenReader(), logstore.BuilderOf(Source.Index));
        if (last is not { } read || read.Row != row)
        {
            last = read = (row, reader.Read(Source[row].Place).Log);
        }
        return builder.Texts(read.Log, check.Field, check.ReadsTerms);
    }
}
