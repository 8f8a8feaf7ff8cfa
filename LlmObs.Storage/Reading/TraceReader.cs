using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Storage.Reading;

/// <summary>Traces by id, from the record of truth.</summary>
public sealed class TraceReader
{
    /// <summary>The rows of a trace without contents, by start; empty when there is no such trace.</summary>
    public Task<IReadOnlyList<Span>> SpansAsync(int projectId, string traceId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The trace with every content, for the API.</summary>
    public Task<IReadOnlyList<SpanRecord>> RecordsAsync(int projectId, string traceId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>One span with its content; null when there is none.</summary>
    public Task<SpanRecord?> SpanAsync(int projectId, string traceId, string spanId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Summaries of the traces named, in no order; unknown ids are left out. At most 200 ids.</summary>
    public Task<IReadOnlyList<TraceSummary>> SummariesAsync(int projectId, IReadOnlyCollection<string> traceIds, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The traces of a session, oldest first, at most <paramref name="limit"/>.</summary>
    public Task<IReadOnlyList<TraceSummary>> OfSessionAsync(int projectId, string sessionId, int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>What an id typed into the query line is: a trace, a span, a request, a session, a user, or nothing known.</summary>
    public Task<IdMatch?> FindIdAsync(int projectId, string text, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public enum IdKind { Trace, Span, Request, Session, User }

/// <summary>What an id stands for.</summary>
/// <param name="TraceIds">The newest traces it leads to, at most 20, newest first.</param>
public sealed record IdMatch(IdKind Kind, string Id, IReadOnlyList<string> TraceIds);
