using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Reconciling;

/// <summary>What comparing the spans of a minute one by one has shown.</summary>
/// <param name="Missing">Spans SLS lacks, or has in an older version only.</param>
/// <param name="Lost">Those of them that nothing will bring: no outbox row names them.</param>
/// <param name="Unknown">Spans SLS has and the record does not have in this minute.</param>
public sealed record SpanDifference(
    IReadOnlyList<RecordedSpan> Missing,
    IReadOnlyList<RecordedSpan> Lost,
    IReadOnlyList<(string TraceId, string SpanId)> Unknown
);

/// <summary>Decides how a minute stands and what is sent again. Knows no clock, no store and no network.</summary>
public sealed class LedgerPolicy(LedgerOptions options)
{
    // SLS takes thirty conditions in one search, and a span needs two.
    private const int SpansARemoval = 12;

    /// <summary>By the sums alone; null when the spans must be compared one by one.</summary>
    /// <param name="isWaiting">An outbox row of this minute is not shipped: SLS need not be asked.</param>
    public static LedgerState? Judge(RecordedMinute record, LoggedMinute sls, bool isWaiting) =>
        record.Spans == sls.Spans && record.Hash == sls.Hash && sls.Repeats == 0 ? LedgerState.Equal
        : isWaiting ? LedgerState.Waiting
        : null;

    /// <param name="sls">The newest version of every span of the minute.</param>
    public static SpanDifference Compare(IReadOnlyList<RecordedSpan> record, IReadOnlyDictionary<(string TraceId, string SpanId), int> sls)
    {
        // SLS may be ahead: an update that was shipped since the record was read.
        var missing = record.Where(span => !sls.TryGetValue((span.TraceId, span.SpanId), out var version) || version < span.Version).ToList();
        var known = record.Select(span => (span.TraceId, span.SpanId)).ToHashSet();
        return new(missing, missing.FindAll(span => !span.IsQueued), [.. sls.Keys.Where(key => !known.Contains(key))]);
    }

    /// <summary>After the spans were compared.</summary>
    /// <param name="surplus">Logs SLS has for nothing the record knows, and repeats.</param>
    public static LedgerState Judge(SpanDifference difference, long surplus)
    {
        if (difference.Lost.Count > 0 || difference.Missing.Any(span => span.IsParked))
        {
            return LedgerState.Gap;
        }

        if (difference.Missing.Count > 0)
        {
            return LedgerState.Waiting;
        }

        return surplus > 0 ? LedgerState.Surplus : LedgerState.Equal;
    }

    /// <summary>Whether what is lost is sent once more. An SLS that takes logs and shows none must not be filled without end.</summary>
    public bool MayRepair(int repairsSoFar) => repairsSoFar < options.MaxRepairs;

    /// <summary>Whether logs too many are to be deleted: nothing is missing, and SLS has not refused.</summary>
    public bool MayRemove(LedgerEntry entry) =>
        options.RemoveSurplus && entry is { State: LedgerState.Surplus, Refusal: null } && entry.Removals < options.MaxRepairs;

    /// <summary>What counts of an open minute when it is looked at again. One that stands as a surplus is open to ask SLS anew, as if it had never refused.</summary>
    public static LedgerEntry Reopened(LedgerEntry entry) => entry.State == LedgerState.Surplus ? entry with { Refusal = null, Removals = 0 } : entry;

    /// <summary>
    /// What to delete so that each version of a span has one log. Its first is kept. Where none says it is, they cannot be told apart: all go, and the gap that
    /// leaves is repaired as any other; so only spans of the record, and only while the minute may be repaired.
    /// </summary>
    public IEnumerable<LogRemoval> Removals(IReadOnlyList<RepeatedSpan> repeated, IReadOnlyList<RecordedSpan> record, int repairsSoFar)
    {
        var replaceable = MayRepair(repairsSoFar) ? record.Select(span => (span.TraceId, span.SpanId, span.Version)).ToHashSet() : [];
        return repeated
            .Where(span => span.Firsts == 1 || replaceable.Contains((span.TraceId, span.SpanId, span.Version)))
            .GroupBy(span => (span.Version, KeepsFirst: span.Firsts == 1))
            .SelectMany(group => group.Chunk(SpansARemoval).Select(spans => new LogRemoval(group.Key.Version, group.Key.KeepsFirst, spans)));
    }
}
