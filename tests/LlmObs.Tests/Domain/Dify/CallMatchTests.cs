using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Domain.Dify;

public sealed class CallMatchTests
{
    private static readonly Guid Tenant = Guid.NewGuid();
    private static readonly Guid App = Guid.NewGuid();
    private static readonly DifyCreator User = new("end_user", Guid.NewGuid());
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_run_hangs_under_the_call_that_holds_it()
    {
        var (run, call) = (Run(1, 9), Call("a", 0, 10));

        var join = Assert.Single(CallMatch.Match([call, Call("b", 20, 30)], [run, Run(40, 41)]));

        Assert.Equal((DifyIds.Trace(run.RunId), call.Step, true), (join.ChildTraceId, join.Parent!.Value, join.IsInferred));
    }

    [Fact]
    public void Other_inputs_another_app_or_another_user_are_no_match()
    {
        var run = Run(1, 9);

        Assert.Empty(CallMatch.Match([Call("a", 0, 10, """{"q": 2}""")], [run]));
        Assert.Empty(CallMatch.Match([Call("a", 0, 10) with { AppId = Guid.NewGuid() }], [run]));
        Assert.Empty(CallMatch.Match([Call("a", 0, 10) with { Creator = new("account", User.Id) }], [run]));
    }

    [Fact]
    public void A_run_that_fits_one_call_leaves_the_others_one_less()
    {
        var (inner, outer) = (Call("inner", 2, 8), Call("outer", 0, 10));
        var (first, second) = (Run(1, 9), Run(3, 7));

        var joins = CallMatch.Match([inner, outer], [second, first]).ToDictionary(join => join.ChildTraceId, join => join.Parent);

        Assert.Equal(outer.Step, joins[DifyIds.Trace(first.RunId)]);
        Assert.Equal(inner.Step, joins[DifyIds.Trace(second.RunId)]);
    }

    [Fact]
    public void Equal_calls_at_one_time_stay_open()
    {
        var joins = CallMatch.Match([Call("a", 0, 10), Call("b", 0, 10)], [Run(1, 9), Run(2, 8)]);

        Assert.Equal(2, joins.Count);
        Assert.All(joins, join => Assert.Equal((null, 2), (join.Parent, join.Candidates.Count)));
    }

    [Fact]
    public void A_call_that_tried_again_may_have_started_several()
    {
        var joins = CallMatch.Match([Call("a", 0, 10) with { MayRepeat = true }], [Run(1, 3), Run(4, 9)]);

        Assert.Equal(["a", "a"], joins.Select(join => join.ParentSpanId));
    }

    [Fact]
    public void An_agents_call_may_leave_inputs_to_the_tool()
    {
        var run = Run(1, 9, """{"q": 1, "style": "brief"}""");

        Assert.Empty(CallMatch.Match([Call("a", 0, 10)], [run]));
        Assert.Single(CallMatch.Match([Call("a", 0, 10) with { PassedAll = false }], [run]));
    }

    [Fact]
    public void A_run_is_never_its_own_parent()
    {
        var run = Run(1, 9);

        Assert.Empty(CallMatch.Match([Call("a", 0, 10) with { Step = new(DifyIds.Trace(run.RunId), "a") }], [run]));
    }

    [Fact]
    public void Inputs_are_equal_in_any_order_and_without_those_of_the_system_and_files()
    {
        var passed = DifyInputs.Of("""{"b": [1.0, {"y": 1, "x": "\u4e2d"}], "a": "t"}""");
        var given = DifyInputs.Of(
            """{"a": "t", "sys.user_id": "u", "b": [1, {"x": "中", "y": 1}], "file": {"dify_model_identity": "__dify__file__"}, "none": null}"""
        );

        Assert.Equal(passed!.Hash, given!.Hash);
        Assert.NotEqual(passed.Hash, DifyInputs.Of("""{"a": "t"}""")!.Hash);
        Assert.Null(DifyInputs.Of("[1]"));
    }

    private static DifyCall Call(string span, int from, int to, string inputs = """{"q": 1}""") =>
        new(new SpanRef("caller", span), Tenant, App, User, DifyInputs.Of(inputs)!, true, Noon.AddSeconds(from * 10), Noon.AddSeconds(to * 10));

    private static StartedRun Run(int from, int to, string inputs = """{"q": 1, "sys.user_id": "u"}""") =>
        new(Guid.NewGuid(), Tenant, App, User, DifyInputs.Of(inputs)!, Noon.AddSeconds(from * 10), Noon.AddSeconds(to * 10));
}
