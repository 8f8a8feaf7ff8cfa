using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain.Evaluators;

/// <summary>A request of a few spans: a root that was asked and answered, and what a test puts below it.</summary>
internal static class Subjects
{
    public static Subject Answered(string question, string? answer, params IReadOnlyList<SpanRecord> below)
    {
        var root = new SpanRecord(
            new()
            {
                TraceId = "t",
                SpanId = "root",
                Name = "ask",
                Kind = SpanKind.Workflow,
                StartUnixNano = 0,
                DurationNano = 2_000_000_000,
            },
            new() { Input = question, Output = answer }
        );
        return new(new(1, "p"), root, [root, .. below]);
    }

    public static SpanRecord Model(params string[] finishReasons) =>
        Changed(Below(SpanKind.Llm, "chat"), span => span with { FinishReasons = finishReasons });

    public static SpanRecord Costing(decimal total) =>
        Changed(Below(SpanKind.Llm, "chat"), span => span with { Cost = new(null, null, total, "CNY") });

    public static SpanRecord Retrieved(params string[] documents) =>
        Below(SpanKind.Retriever, "search") with
        {
            Content = new() { Documents = [.. documents.Select(text => new RetrievedDocument(null, null, null, text))] },
        };

    public static SpanRecord Called(string name, string arguments, string? error = null, string? result = null)
    {
        var record = Below(SpanKind.Tool, name);
        return new(
            record.Span with
            {
                Status = error is null ? SpanStatus.Ok : SpanStatus.Error,
                StatusMessage = error,
            },
            new() { Output = result, Tools = [new(name, CallId: "c") { Arguments = new JsonText(arguments) }] }
        );
    }

    private static SpanRecord Changed(SpanRecord record, Func<Span, Span> change) => record with { Span = change(record.Span) };

    private static int made;

    private static SpanRecord Below(SpanKind kind, string name) =>
        new(
            new()
            {
                TraceId = "t",
                SpanId = $"s{Interlocked.Increment(ref made)}",
                ParentSpanId = "root",
                Name = name,
                Kind = kind,
                StartUnixNano = 1,
                DurationNano = 1,
            },
            SpanContent.Empty
        );
}
