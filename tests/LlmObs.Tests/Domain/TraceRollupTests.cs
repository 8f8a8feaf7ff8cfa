using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain;

public sealed class TraceRollupTests
{
    [Fact]
    public void Counts_a_model_call_seen_by_two_libraries_once()
    {
        var trace = TraceRollup.Summarise([
            Spans.One("root", null),
            Spans.Chat("outer", "root", 100, 10),
            Spans.Chat("inner", "outer", 98, 9),
            Spans.Chat("other", "root", 5, 1),
        ]);

        Assert.Equal(new TokenUsage(103, 10), trace.Usage);
        Assert.Equal(0.103m, trace.Cost!.Total);
    }

    [Fact]
    public void Takes_the_usage_of_a_container_only_when_nothing_below_tells()
    {
        var sum = new TokenUsage(50, 5);
        var repeats = TraceRollup.Summarise([
            Spans.One("agent", null, kind: SpanKind.Agent) with
            {
                Usage = sum,
            },
            Spans.Chat("call", "agent", 50, 5),
        ]);
        var alone = TraceRollup.Summarise([Spans.One("agent", null, kind: SpanKind.Agent) with { Usage = sum }, Spans.One("step", "agent")]);

        Assert.Equal(sum, repeats.Usage);
        Assert.Equal(sum, alone.Usage);
    }

    [Fact]
    public void Leaves_unknown_tokens_unknown() => Assert.Null(TraceRollup.Summarise([Spans.One("root", null)]).Usage);

    [Fact]
    public void Never_counts_more_than_all_spans_say() =>
        Gen.Select(Gen.Int[-1, 8], Gen.Int[0, 100], Gen.Bool, (parent, tokens, calls) => (parent, tokens, calls))
            .List[1, 9]
            .Sample(spans =>
            {
                var made = spans
                    .Select(
                        (span, i) =>
                            Spans.One($"s{i}", span.parent < 0 ? null : $"s{span.parent}", i, kind: span.calls ? SpanKind.Llm : SpanKind.Chain) with
                            {
                                Usage = new(span.tokens, null),
                            }
                    )
                    .ToList();
                var counted = TraceRollup.Summarise(made).Usage?.InputTokens ?? 0;
                return counted <= made.Sum(span => span.Usage!.InputTokens)
                    && counted >= TraceTree.Build(made).Rows.Where(node => node.Children.Count == 0).Sum(node => node.Span.Usage!.InputTokens);
            });

    [Fact]
    public void Names_the_cause_and_not_the_step_that_only_passed_it_on()
    {
        var trace = TraceRollup.Summarise([
            Spans.One("root", null, 0, 100).Failed("gave up"),
            Spans.One("sql", "root", 10, 30).Failed("query failed"),
            Spans.One("db", "sql", 20, 10, SpanKind.Db).Failed("no such column: o.gmv_amount"),
            Spans.One("late", "root", 50, 10).Failed("500"),
        ]);

        Assert.Equal("db", trace.FirstError!.SpanId);
        Assert.Equal(4, trace.ErrorCount);
        Assert.Equal(SpanStatus.Error, trace.Status);
    }

    [Fact]
    public void A_request_that_recovered_did_not_fail()
    {
        var trace = TraceRollup.Summarise([Spans.One("root", null) with { Status = SpanStatus.Ok }, Spans.One("try", "root").Failed("429")]);

        Assert.Equal(SpanStatus.Ok, trace.Status);
        Assert.Equal("try", trace.FirstError!.SpanId);
    }

    [Fact]
    public void Without_its_root_a_trace_fails_when_any_span_did() =>
        Assert.Equal(SpanStatus.Error, TraceRollup.Summarise([Spans.One("a", "gone"), Spans.One("b", "gone", 5).Failed("x")]).Status);

    [Fact]
    public void Lasts_from_the_first_start_to_the_last_end()
    {
        var trace = TraceRollup.Summarise([Spans.One("root", null, 10, 5), Spans.One("early", "root", 0, 5), Spans.One("late", "root", 12, 100)]);

        Assert.Equal(112, trace.DurationNano);
    }
}
