using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Some logs in order of their sequence, and which of them hold which terms. A log is a row from 0 to <see cref="Count"/> − 1.</summary>
public interface ITermSource
{
    int Count { get; }

    /// <summary>The first and the last sequence spoken for: there is no other log between them.</summary>
    (long First, long Last) Covers { get; }

    /// <summary>Of the logs' times, Unix seconds, as is <see cref="Newest"/>.</summary>
    long Oldest { get; }

    long Newest { get; }

    /// <summary>The index all of them were written under; null: none.</summary>
    IndexDefinition? Index { get; }

    IndexedLog this[int row] { get; }

    /// <summary>The rows that hold a word or a mark; see <see cref="TermText"/>.</summary>
    RowSet Find(string word);

    /// <summary>The rows that hold one of the characters from a <see cref="CharacterKey"/> to another.</summary>
    RowSet Find(ulong first, ulong last);

    /// <summary>The rows whose number in a field is one that is wanted: of a long field its value, of a double its bits.</summary>
    RowSet Numbers(int field, Predicate<long> isWanted);

    /// <summary>The words that begin with a text, in ordinal order.</summary>
    IEnumerable<string> Words(string prefix);
}

/// <summary>What is kept of a log beside its terms: enough to order and count matches and to find its text.</summary>
/// <param name="Time">Unix seconds.</param>
public readonly record struct IndexedLog(long Sequence, long Time, int Nanos, LogPlace Place);

/// <summary>Where a log stands: in the log group at this offset of a segment of the shard log, the how manyth, from 0.</summary>
public readonly record struct LogPlace(int Segment, int Offset, int Index)
{
    public LogPosition Group => new(Segment, Offset);

    public static LogPlace Of(LogPosition group, int index) => new(checked((int)group.Segment), checked((int)group.Offset), index);
}
