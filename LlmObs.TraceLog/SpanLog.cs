using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Span ↔ log.</summary>
public static class SpanLog
{
    /// <summary>The log of a span. Values past SLS's limits are cut, and the log says so; the whole value is in PostgreSQL.</summary>
    /// <param name="now">Log times outside SLS's window (7 days back, 15 minutes ahead) become now; <c>start</c> stays exact.</param>
    public static SlsLog ToLog(string project, SpanRecord record, DateTimeOffset now) => throw new NotImplementedException();

    /// <summary>The span's row as a result of a search holds it.</summary>
    public static Span FromLog(IReadOnlyDictionary<string, string> log) => throw new NotImplementedException();
}
