using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

public sealed class TraceCauseTests
{
    [Fact]
    public void Tells_a_later_failure_by_the_model_call_not_by_its_request_on_the_wire()
    {
        var cause = Of(
            Span("root", null, 0, SpanKind.Workflow, SpanStatus.Ok),
            Span("sql", "root", 1, SpanKind.Db),
            Span("chat", "root", 5, SpanKind.Llm),
            Span("POST", "chat", 6, SpanKind.Http),
            Span("POST again", "chat", 7, SpanKind.Http)
        );

        Assert.Equal("sql", cause.First.Name);
        Assert.Equal(["chat"], cause.Then.Select(failure => failure.Span.Name));
        Assert.True(cause.IsRecovered);
    }

    [Fact]
    public void Tells_a_failed_request_itself_when_its_caller_went_on()
    {
        var cause = Of(
            Span("root", null, 0, SpanKind.Workflow, SpanStatus.Ok),
            Span("sql", "root", 1, SpanKind.Db),
            Span("chat", "root", 5, SpanKind.Llm, SpanStatus.Ok),
            Span("POST", "chat", 6, SpanKind.Http)
        );

        Assert.Equal(["POST"], cause.Then.Select(failure => failure.Span.Name));
    }

    [Fact]
    public void Tells_the_same_failure_in_a_row_once_with_how_often()
    {
        var cause = Of(
            Span("root", null, 0, SpanKind.Workflow),
            Span("sql", "root", 1, SpanKind.Db),
            Span("chat", "root", 5, SpanKind.Llm),
            Span("chat", "root", 6, SpanKind.Llm) with
            {
                SpanId = "second",
            },
            Span("chat", "root", 7, SpanKind.Llm) with
            {
                SpanId = "third",
                StatusMessage = "another",
            }
        );

        Assert.Equal([("chat", 2), ("third", 1)], cause.Then.Select(failure => (failure.Span.SpanId, failure.Times)));
        Assert.Equal(0, cause.More);
    }

    private static TraceCause Of(params Span[] spans)
    {
        var tree = TraceTree.Build(spans);
        return TraceCause.Of(tree, TraceRollup.Summarise(tree))!;
    }

    private static Span Span(string name, string? parent, long start, SpanKind kind, SpanStatus status = SpanStatus.Error) =>
        new()
        {
            TraceId = "t",
            SpanId = name,
            ParentSpanId = parent,
            Name = name,
            Kind = kind,
            Status = status,
            StartUnixNano = start,
            DurationNano = 1,
        };
}
