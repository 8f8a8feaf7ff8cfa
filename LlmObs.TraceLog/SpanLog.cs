using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Sls;

namespace LlmObs.TraceLog;

/// <summary>Span ↔ log.</summary>
/// <remarks>The log keeps microseconds, as SLS's trace schema does; the nanoseconds are in PostgreSQL.</remarks>
public static class SpanLog
{
    private static readonly TimeSpan OldestTaken = TimeSpan.FromDays(7);
    private static readonly TimeSpan NewestTaken = TimeSpan.FromMinutes(15);

    // SLS checks against its own clock, some time after us.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    /// <summary>The fields a row of a list is made of.</summary>
    internal static readonly IReadOnlyList<string> RowFields =
    [
        "traceID",
        "spanID",
        "parentSpanID",
        "name",
        "rawName",
        "spanKind",
        "status",
        "statusMessage",
        "errorType",
        "start",
        "duration",
        "kind",
        "service",
        "host",
        "environment",
        "release",
        "serviceVersion",
        "tags",
        "sessionId",
        "userId",
        "requestId",
        "operation",
        "provider",
        "requestedModel",
        "responseModel",
        "inputTokens",
        "outputTokens",
        "cachedTokens",
        "cacheWriteTokens",
        "reasoningTokens",
        "totalTokens",
        "cost",
        "inputCost",
        "outputCost",
        "currency",
        "costSource",
        "ttft",
        "finishReason",
        "workflowName",
        "agentName",
        "promptName",
        "promptVersion",
        "responseId",
        "question",
    ];

    /// <summary>The log of a span. Values past SLS's limits are cut, and the log says so; the whole value is in PostgreSQL.</summary>
    /// <param name="now">Log times outside SLS's window (7 days back, 15 minutes ahead) become now; <c>start</c> stays exact.</param>
    /// <param name="isFirst">Nothing was sent for this version before. Then the log of a first version says <c>firstLog: 1</c>, which no other log of the span does.</param>
    public static SlsLog ToLog(string project, SpanRecord record, DateTimeOffset now, bool isFirst = false)
    {
        var fields = new LogFields();
        AddRow(fields, project, record);
        fields.Add("firstLog", isFirst && record.Revision == 1 ? 1 : (long?)null);
        SpanLogContent.Add(fields, record);
        fields.SayWhatWasCut();
        var (seconds, nanos) = TimeOf(record.Span.StartUnixNano, now);
        return new(seconds, nanos, fields.Contents);
    }

    /// <summary>The span's row as a result of a search holds it.</summary>
    /// <remarks>SLS writes the NULL of an analysis as <c>null</c>, or leaves it out; names of columns may come back in lower case.</remarks>
    /// <exception cref="FormatException">The log is no span: an id or the time is missing.</exception>
    public static Span FromLog(IReadOnlyDictionary<string, string> log)
    {
        return new()
        {
            TraceId = Required("traceID"),
            SpanId = Required("spanID"),
            ParentSpanId = Text("parentSpanID"),
            Name = log.GetValueOrDefault("name") ?? "",
            RawName = log.GetValueOrDefault("rawName") ?? log.GetValueOrDefault("rawname") ?? "",
            Kind = Enum.TryParse<SpanKind>(Text("spanKind"), ignoreCase: true, out var kind) ? kind : SpanKind.Other,
            Status = Enum.TryParse<SpanStatus>(Text("status"), ignoreCase: true, out var status) ? status : SpanStatus.Unset,
            StatusMessage = Text("statusMessage"),
            ErrorType = Text("errorType"),
            StartUnixNano = (Long("start") ?? throw new FormatException("A log of the spans logstore has no start.")) * 1000,
            DurationNano = (Long("duration") ?? 0) * 1000,
            OtelKind = Text("kind") ?? "unspecified",
            Service = Text("service"),
            Host = Text("host"),
            Environment = Text("environment"),
            Release = Text("release"),
            Version = Text("serviceVersion"),
            Tags = Tags(),
            SessionId = Text("sessionId"),
            UserId = Text("userId"),
            RequestId = Text("requestId"),
            Operation = Text("operation"),
            Provider = Text("provider"),
            RequestedModel = Text("requestedModel"),
            Model = Text("responseModel"),
            Usage = Usage(),
            Cost = Cost(),
            TimeToFirstTokenMs = double.TryParse(Text("ttft"), NumberStyles.Float, CultureInfo.InvariantCulture, out var ttft) ? ttft : null,
            FinishReasons = Text("finishReason")?.Split(',') ?? [],
            WorkflowName = Text("workflowName"),
            AgentName = Text("agentName"),
            PromptName = Text("promptName"),
            PromptVersion = Text("promptVersion"),
            ResponseId = Text("responseId"),
            Question = Text("question"),
        };

        string? Text(string name) =>
            (log.GetValueOrDefault(name) ?? log.GetValueOrDefault(name.ToLowerInvariant())) is { Length: > 0 } value && value != "null"
                ? value
                : null;
        string Required(string name) => Text(name) ?? throw new FormatException($"A log of the spans logstore has no {name}.");
        long? Long(string name) =>
            long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

        // An analysis writes 0.0001 as 1.0E-4; dividing by one with 28 places drops the zeros that leaves behind.
        decimal? Decimal(string name) =>
            decimal.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value / 1.0000000000000000000000000000m
                : null;

        TokenUsage? Usage()
        {
            var usage = new TokenUsage(
                Long("inputTokens"),
                Long("outputTokens"),
                Long("cachedTokens"),
                Long("cacheWriteTokens"),
                Long("reasoningTokens"),
                Long("totalTokens")
            );
            return usage == new TokenUsage(null, null) ? null : usage;
        }

        Cost? Cost() =>
            Decimal("cost") is { } total
                ? new(Decimal("inputCost"), Decimal("outputCost"), total, Text("currency") ?? "USD", Text("costSource") != "computed")
                : null;

        IReadOnlyList<string> Tags()
        {
            try
            {
                return Text("tags") is { } tags ? JsonSerializer.Deserialize<string[]>(tags) ?? [] : [];
            }
            catch (JsonException)
            {
                // Cut by us, or by SLS at max_text_len: a list goes without them.
                return [];
            }
        }
    }

    private static void AddRow(LogFields fields, string project, SpanRecord record)
    {
        var span = record.Span;
        fields.Add("traceID", span.TraceId);
        fields.Add("spanID", span.SpanId);
        // Written when empty too: SLS's trace tools find roots by it.
        fields.AddEvenEmpty("parentSpanID", span.ParentSpanId ?? "");
        fields.Add("service", span.Service);
        fields.Add("host", span.Host);
        fields.AddEvenEmpty("name", span.Name);
        fields.Add("kind", span.OtelKind);
        fields.Add("start", Floor(span.StartUnixNano, 1000));
        fields.Add("end", Floor(span.StartUnixNano, 1000) + span.DurationNano / 1000);
        fields.Add("duration", span.DurationNano / 1000);
        fields.Add("statusCode", span.Status.Word().ToUpperInvariant());
        fields.Add("statusMessage", span.StatusMessage);
        fields.Add("project", project);
        fields.Add("spanKind", span.Kind.Word());
        fields.Add("status", span.Status.Word());
        fields.Add("errorType", span.ErrorType);
        fields.Add("operation", span.Operation);
        fields.Add("provider", span.Provider);
        // The model to group by: the one that served the call, or at least the one that was asked for.
        fields.Add("model", span.DisplayModel);
        fields.Add("requestedModel", span.RequestedModel);
        fields.Add("responseModel", span.Model);
        fields.Add("inputTokens", span.Usage?.InputTokens);
        fields.Add("outputTokens", span.Usage?.OutputTokens);
        fields.Add("cachedTokens", span.Usage?.CachedInputTokens);
        fields.Add("cacheWriteTokens", span.Usage?.CacheWriteInputTokens);
        fields.Add("reasoningTokens", span.Usage?.ReasoningTokens);
        fields.Add("totalTokens", span.Usage?.TotalTokens ?? Sum(span.Usage));
        fields.Add("cost", span.Cost?.Total);
        fields.Add("inputCost", span.Cost?.Input);
        fields.Add("outputCost", span.Cost?.Output);
        fields.Add("currency", span.Cost?.Currency);
        fields.Add(
            "costSource",
            span.Cost is null ? null
                : span.Cost.Provided ? "provided"
                : "computed"
        );
        fields.Add("ttft", span.TimeToFirstTokenMs);
        fields.Add("finishReason", string.Join(',', span.FinishReasons));
        fields.Add("sessionId", span.SessionId);
        fields.Add("userId", span.UserId);
        fields.Add("requestId", span.RequestId);
        fields.Add("responseId", span.ResponseId);
        fields.Add("environment", span.Environment);
        fields.Add("release", span.Release);
        fields.Add("serviceVersion", span.Version);
        fields.Add("tags", span.Tags.Count == 0 ? null : JsonSerializer.Serialize(span.Tags, SpanLogContent.Readable));
        fields.Add("rawName", span.RawName);
        fields.Add("workflowName", span.WorkflowName);
        fields.Add("agentName", span.AgentName);
        fields.Add("promptName", span.PromptName);
        fields.Add("promptVersion", span.PromptVersion);
        fields.Add("question", span.Question);
        fields.Add("version", record.Revision);
        if (record.ReceivedAt is { } receivedAt)
        {
            fields.Add("receivedMinute", receivedAt.ToUnixTimeSeconds() / 60);
        }

        fields.Add("spanHash", SpanHash.Of(span.TraceId, span.SpanId, record.Revision));
    }

    private static long? Sum(TokenUsage? usage) =>
        usage is { InputTokens: null, OutputTokens: null } or null ? null : (usage.InputTokens ?? 0) + (usage.OutputTokens ?? 0);

    private static (uint Seconds, uint Nanos) TimeOf(long startUnixNano, DateTimeOffset now)
    {
        var seconds = Floor(startUnixNano, 1_000_000_000);
        var taken = seconds >= (now - OldestTaken + Slack).ToUnixTimeSeconds() && seconds <= (now + NewestTaken - Slack).ToUnixTimeSeconds();
        return taken ? ((uint)seconds, (uint)(startUnixNano - seconds * 1_000_000_000)) : ((uint)now.ToUnixTimeSeconds(), 0);
    }

    private static long Floor(long value, long unit) => value >= 0 ? value / unit : (value - unit + 1) / unit;
}
