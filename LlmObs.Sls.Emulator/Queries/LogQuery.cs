namespace LlmObs.Sls.Emulator.Queries;

/// <param name="From">Unix seconds, inclusive.</param>
/// <param name="To">Unix seconds, exclusive.</param>
/// <param name="Text"><c>search</c> or <c>search | statement</c>.</param>
/// <param name="Topic">Empty: all topics.</param>
/// <param name="FromNs">Nanoseconds after <paramref name="From"/>; 0 to 999,999,999, as <paramref name="ToNs"/>.</param>
/// <param name="Line">Page size, at most 100; searches only, as are offset and reverse.</param>
public sealed record LogQuery(
    long From,
    long To,
    string Text,
    string Topic = "",
    int Line = 100,
    long Offset = 0,
    bool Reverse = false,
    int FromNs = 0,
    int ToNs = 0
)
{
    public bool IsEmpty => From > To || (From == To && FromNs >= ToNs);

    /// <summary>The last second of which a log may be found.</summary>
    public long Last => ToNs > 0 ? To : To - 1;

    public bool Holds(long time, int nanos) => (time > From || (time == From && nanos >= FromNs)) && (time < To || (time == To && nanos < ToNs));

    /// <summary>Whether all times from one second to another lie within.</summary>
    public bool HoldsAll(long oldest, long newest) => (FromNs == 0 ? oldest >= From : oldest > From) && newest < To;
}

/// <summary>What a query found.</summary>
/// <param name="Rows">JSON objects, as they are answered.</param>
/// <param name="Keys">Columns in order; of a search the fields that occur.</param>
/// <param name="Terms">Words searched for and the field each was asked of.</param>
public sealed record LogAnswer(
    QueryText Query,
    IReadOnlyList<string> Rows,
    IReadOnlyList<string> Keys,
    IReadOnlyList<string> ColumnTypes,
    IReadOnlyList<(string Term, string Key)> Terms,
    long ElapsedMs
)
{
    /// <summary>The statement read logs as they were written.</summary>
    public bool IsScan { get; init; }

    /// <summary>False when it read a part of them only.</summary>
    public bool IsAccurate { get; init; } = true;

    /// <summary>As the service numbers it: 0 by the index, 3 a statement that scans.</summary>
    public int Mode => IsScan ? 3 : 0;
}

/// <summary>A part of a histogram: logs in [From, To), Unix seconds.</summary>
public sealed record HistogramPart(long From, long To, long Count);
