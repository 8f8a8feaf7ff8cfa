using System.Globalization;
using System.Text.Json.Serialization;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Api;

/// <summary>A normalised trace with all its spans.</summary>
/// <param name="StartTime">ISO 8601, UTC, microseconds.</param>
/// <param name="Usage">Each model call counted once.</param>
/// <param name="Scores">Of the trace, its spans, its request and its session, oldest first. Absent in lists.</param>
/// <param name="Spans">In the order of the tree: parents before children, siblings by start. Absent in lists.</param>
public sealed record ApiTrace(
    string TraceId,
    string Name,
    string? Question,
    string? RequestId,
    string? SessionId,
    string? UserId,
    string? Service,
    string? Environment,
    string? Release,
    IReadOnlyList<string> Tags,
    string StartTime,
    double DurationMs,
    SpanStatus Status,
    int SpanCount,
    int ErrorCount,
    TokenUsage? Usage,
    Cost? Cost,
    IReadOnlyList<Cost> Costs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ApiSpan>? Spans,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ApiScore>? Scores = null
)
{
    public static ApiTrace From(TraceSummary trace, IReadOnlyList<ApiSpan>? spans = null) =>
        new(
            trace.TraceId,
            trace.Name,
            trace.Question,
            trace.RequestId,
            trace.SessionId,
            trace.UserId,
            trace.Service,
            trace.Environment,
            trace.Release,
            trace.Tags,
            ApiTime.Text(trace.StartUnixNano),
            trace.DurationMs,
            trace.Status,
            trace.SpanCount,
            trace.ErrorCount,
            trace.Usage,
            trace.Cost,
            trace.Costs,
            spans
        );

    public static ApiTrace From(IReadOnlyList<SpanRecord> records)
    {
        var tree = TraceTree.Build(records.Select(record => record.Span));
        var trace = TraceRollup.Summarise(tree);
        var contents = records.ToDictionary(record => record.Span.SpanId, record => record.Content);
        return From(trace, [.. TraceInheritance.Inherit(tree, trace).Select(span => ApiSpan.From(span, contents[span.SpanId]))]);
    }
}

/// <summary>A normalised span. The members from <c>input</c> on are present in a trace, and left out of search results.</summary>
public sealed record ApiSpan
{
    public required string TraceId { get; init; }
    public required string SpanId { get; init; }
    public string? ParentSpanId { get; init; }
    public required string Name { get; init; }
    public SpanKind Kind { get; init; }
    public SpanStatus Status { get; init; }
    public string? StatusMessage { get; init; }
    public string? ErrorType { get; init; }
    public required string StartTime { get; init; }
    public double DurationMs { get; init; }
    public string? Service { get; init; }
    public string? Environment { get; init; }
    public string? Release { get; init; }
    public string? Operation { get; init; }
    public string? RequestedModel { get; init; }
    public string? Model { get; init; }
    public string? Provider { get; init; }
    public TokenUsage? Usage { get; init; }
    public Cost? Cost { get; init; }
    public double? TimeToFirstTokenMs { get; init; }
    public IReadOnlyList<string> FinishReasons { get; init; } = [];
    public string? SessionId { get; init; }
    public string? UserId { get; init; }
    public string? RequestId { get; init; }
    public string? Question { get; init; }

    /// <summary>In search results: where a word of the query stands in the content.</summary>
    public string? Snippet { get; init; }

    public string? Input { get; init; }
    public string? Output { get; init; }

    /// <summary>One list, <c>direction</c> system, input or output.</summary>
    public IReadOnlyList<Message>? Messages { get; init; }

    public IReadOnlyList<RetrievedDocument>? Documents { get; init; }
    public IReadOnlyList<Tool>? Tools { get; init; }
    public JsonText? Parameters { get; init; }
    public PromptTemplate? Prompt { get; init; }
    public IReadOnlyList<ApiEvent>? Events { get; init; }
    public IReadOnlyList<SpanLink>? Links { get; init; }
    public JsonText? Attributes { get; init; }
    public JsonText? Resource { get; init; }
    public IReadOnlyList<string>? Notes { get; init; }

    public static ApiSpan From(Span span, string? snippet = null) =>
        new()
        {
            TraceId = span.TraceId,
            SpanId = span.SpanId,
            ParentSpanId = span.ParentSpanId,
            Name = span.Name,
            Kind = span.Kind,
            Status = span.Status,
            StatusMessage = span.StatusMessage,
            ErrorType = span.ErrorType,
            StartTime = ApiTime.Text(span.StartUnixNano),
            DurationMs = span.DurationMs,
            Service = span.Service,
            Environment = span.Environment,
            Release = span.Release,
            Operation = span.Operation,
            RequestedModel = span.RequestedModel,
            Model = span.Model,
            Provider = span.Provider,
            Usage = span.Usage,
            Cost = span.Cost,
            TimeToFirstTokenMs = span.TimeToFirstTokenMs,
            FinishReasons = span.FinishReasons,
            SessionId = span.SessionId,
            UserId = span.UserId,
            RequestId = span.RequestId,
            Question = span.Question,
            Snippet = snippet,
        };

    public static ApiSpan From(Span span, SpanContent content) =>
        From(span) with
        {
            Input = content.Input,
            Output = content.Output,
            Messages = content.Messages,
            Documents = content.Documents,
            Tools = content.Tools,
            Parameters = content.Parameters,
            Prompt = content.Prompt,
            Events = [.. content.Events.Select(e => new ApiEvent(e.Name, ApiTime.Text(e.TimeUnixNano), e.Attributes))],
            Links = content.Links,
            Attributes = content.Attributes,
            Resource = content.Resource,
            Notes = content.Notes,
        };
}

public sealed record ApiEvent(string Name, string Time, JsonText Attributes);

/// <param name="Complete">False when SLS gave up before all data was read.</param>
public sealed record ApiSpanPage(IReadOnlyList<ApiSpan> Spans, string? NextCursor, bool Complete);

public sealed record ApiTracePage(IReadOnlyList<ApiTrace> Traces, string? NextCursor, bool Complete);

public sealed record ApiSession(
    string SessionId,
    string? UserId,
    string StartTime,
    int TraceCount,
    int ErrorCount,
    TokenUsage? Usage,
    IReadOnlyList<Cost> Costs,
    IReadOnlyList<ApiTrace> Traces
)
{
    /// <summary>A session out of its traces, at least one, oldest first.</summary>
    public static ApiSession From(string sessionId, IReadOnlyList<TraceSummary> traces) =>
        new(
            sessionId,
            traces.Select(trace => trace.UserId).FirstOrDefault(user => user is not null),
            ApiTime.Text(traces[0].StartUnixNano),
            traces.Count,
            traces.Count(trace => trace.Status == SpanStatus.Error),
            traces.Select(trace => trace.Usage).Aggregate((TokenUsage?)null, TokenUsage.Add),
            Cost.ByCurrency(traces.SelectMany(trace => trace.Costs)),
            [.. traces.Select(trace => ApiTrace.From(trace))]
        );
}

/// <summary>What is stored and what still waits for SLS.</summary>
public sealed record ApiStatus(ApiRows Rows, ApiOutbox Outbox, ApiShipped Shipped, ApiFailed Failed);

/// <param name="Spans">Exact up to 100,000, an estimate beyond.</param>
public sealed record ApiRows(long Spans, long Bytes, DateTimeOffset? NewestAt);

/// <param name="Depth">Batches that wait.</param>
/// <param name="OldestAgeSeconds">Null when none waits.</param>
public sealed record ApiOutbox(long Depth, long Spans, double? OldestAgeSeconds);

public sealed record ApiShipped(long Batches, long Spans);

/// <param name="Attempts">Failed attempts so far; each was or will be repeated.</param>
/// <param name="Parked">Batches SLS will never take, kept aside.</param>
public sealed record ApiFailed(long Attempts, long Parked, string? LastError);

internal static class ApiTime
{
    private const long NanosPerMicrosecond = 1000;

    /// <summary>ISO 8601 in UTC with six decimals, which every client's parser reads.</summary>
    public static string Text(long unixNano) =>
        DateTimeOffset
            .UnixEpoch.AddMicroseconds(unixNano / NanosPerMicrosecond)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
