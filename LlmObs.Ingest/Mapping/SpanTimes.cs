namespace LlmObs.Ingest.Mapping;

/// <summary>Start and duration in nanoseconds, made sound: no span is refused for its clock, but what was changed is noted.</summary>
internal readonly record struct SpanTimes(long StartUnixNano, long DurationNano)
{
    public static SpanTimes From(ulong start, ulong end, long receivedUnixNano, Cleaning notes)
    {
        var from = Signed(start);
        var to = Signed(end);
        if (from <= 0)
        {
            from = receivedUnixNano;
            notes.Note(
                start == 0
                    ? "startTimeUnixNano was 0: the time of receipt stands in for it."
                    : $"startTimeUnixNano {start} is later than the year 2262: the time of receipt stands in for it."
            );
            to = end == 0 ? 0 : Math.Max(to, from);
        }

        if (to < from)
        {
            notes.Note(
                to <= 0
                    ? "endTimeUnixNano was missing or out of range: the start stands in for it."
                    : $"endTimeUnixNano was {from - to} ns before the start: the start stands in for it."
            );
            to = from;
        }

        return new(from, to - from);
    }

    // 64 unsigned bits reach further than ours; beyond the year 2262 is no time of a span.
    public static long Signed(ulong unixNano) => unixNano > long.MaxValue ? -1 : (long)unixNano;
}
