using LlmObs.Domain.Cases;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain.Cases;

public sealed class TraceFingerprintTests
{
    [Fact]
    public void Traces_that_fail_at_the_same_step_with_the_same_error_are_alike_whatever_else_differs()
    {
        var one = Of(Span("a", null, "request 17"), Span("b", "a", "generate sql #1"), Failed("c", "b", "SELECT", "42703", "column \"x\" …"));
        var other = Of(
            Span("a", null, "request 18"),
            Span("b", "a", "generate sql #2"),
            Span("d", "a", "answer"),
            Failed("c", "b", "SELECT", "42703", "y")
        );

        Assert.Equal("request # › generate sql ## › SELECT · 42703", one);
        Assert.Equal(one, other);
    }

    [Fact]
    public void Another_error_or_another_step_is_another_case()
    {
        var one = Of(Span("a", null, "request"), Failed("c", "a", "SELECT", "42703", ""));

        Assert.NotEqual(one, Of(Span("a", null, "request"), Failed("c", "a", "SELECT", "42P01", "")));
        Assert.NotEqual(one, Of(Span("a", null, "request"), Failed("c", "a", "INSERT", "42703", "")));
    }

    [Fact]
    public void Without_a_type_the_message_counts_without_its_names_and_numbers() =>
        Assert.Equal(
            Of(Failed("a", null, "call", null, "table 'orders_1' not found after 12 ms")),
            Of(Failed("a", null, "call", null, "table 'shops' not found after 7 ms"))
        );

    [Fact]
    public void Of_a_trace_that_did_not_fail_the_steps_count_each_once()
    {
        var once = Of(Span("a", null, "request"), Span("b", "a", "retrieve"), Span("c", "a", "answer"));
        var twice = Of(Span("a", null, "request"), Span("c", "a", "answer"), Span("b", "a", "retrieve"), Span("d", "a", "retrieve"));

        Assert.Equal("request (answer, retrieve)", once);
        Assert.Equal(once, twice);
    }

    [Theory]
    [InlineData(CaseState.New, CaseState.Located, true)]
    [InlineData(CaseState.New, CaseState.Fixed, false)]
    [InlineData(CaseState.Located, CaseState.Verified, false)]
    [InlineData(CaseState.Fixed, CaseState.Verified, true)]
    [InlineData(CaseState.Fixed, CaseState.Located, true)]
    [InlineData(CaseState.Verified, CaseState.New, true)]
    [InlineData(CaseState.Verified, CaseState.Fixed, false)]
    public void A_case_goes_forward_by_steps_and_back_when_a_fix_is_none(CaseState from, CaseState to, bool may) =>
        Assert.Equal(may, from.MayBecome(to));

    private static string Of(params IEnumerable<Span> spans) => TraceFingerprint.Of(TraceTree.Build(spans));

    private static Span Span(string id, string? parent, string name) =>
        new()
        {
            TraceId = "t",
            SpanId = id,
            ParentSpanId = parent,
            Name = name,
            StartUnixNano = id[0],
            DurationNano = 1,
        };

    private static Span Failed(string id, string? parent, string name, string? type, string message) =>
        Span(id, parent, name) with
        {
            Status = SpanStatus.Error,
            ErrorType = type,
            StatusMessage = message,
        };
}
