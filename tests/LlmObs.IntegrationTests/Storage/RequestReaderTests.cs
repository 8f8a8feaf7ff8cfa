using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Reading;

namespace LlmObs.IntegrationTests.Storage;

public sealed class RequestReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_what_shares_its_id_and_everything_joined_to_that()
    {
        var project = await database.NewProjectAsync();
        await WriteAsync(
            project,
            ("gateway", "req-会话 7"),
            ("copilot", "req-会话 7"),
            ("nested", null),
            ("deeper", "req-inner"),
            ("beside", "req-inner"),
            ("stranger", "req-8")
        );
        await database.Joins.UpsertAsync(
            project.Id,
            [
                new("nested", JoinBasis.DifyMatch, "copilot", "s", IsInferred: true),
                new("deeper", JoinBasis.DifyParent, "nested", "s", IsInferred: false),
            ],
            Cancel
        );

        string[] expected = ["beside", "copilot", "deeper", "gateway", "nested"];
        Assert.Equal(expected, Sorted(await database.Requests.OfRequestAsync(project.Id, "req-会话 7", Cancel)));
        Assert.Equal(expected, Sorted(await database.Requests.OfTraceAsync(project.Id, "deeper", ["req-inner"], Cancel)));

        // The id of a trace stands for its request.
        Assert.Equal(expected, Sorted(await database.Requests.OfRequestAsync(project.Id, "nested", Cancel)));
    }

    [Fact]
    public async Task Open_joins_come_with_what_may_be_their_parent()
    {
        var project = await database.NewProjectAsync();
        await WriteAsync(project, ("outer", "r1"), ("child", null));
        var open = new TraceJoin("child", JoinBasis.DifyMatch, null, null, IsInferred: true) { Candidates = [new("outer", "a"), new("outer", "b")] };
        await database.Joins.UpsertAsync(project.Id, [open], Cancel);

        var scope = await database.Requests.OfRequestAsync(project.Id, "r1", Cancel);

        Assert.Equal(["outer"], scope.TraceIds.Except(["r1"]));
        Assert.Equal(open.Candidates, Assert.Single(scope.Joins).Candidates);
    }

    [Fact]
    public async Task Another_projects_request_of_the_same_id_stays_apart()
    {
        var (mine, other) = (await database.NewProjectAsync(), await database.NewProjectAsync());
        await WriteAsync(mine, ("t1", "same"));
        await WriteAsync(other, ("t2", "same"));

        Assert.Equal(["t1"], Sorted(await database.Requests.OfRequestAsync(mine.Id, "same", Cancel)).Except(["same"]));
    }

    [Fact]
    public async Task Words_are_found_in_contents_whole_escaped_and_in_either_case()
    {
        var project = await database.NewProjectAsync();
        var trace = Spans.TraceId();
        SpanRecord[] spans =
        [
            Spans.Chat(trace, "plain").Saying("Select 门店 from dim_store"),
            Spans.Chat(trace, "escaped").Saying("""{"sql":"SELECT \u95e8\u5e97"}"""),
            Spans.Chat(trace, "other").Saying("nothing of the kind"),
        ];
        await database.WriteAsync(project, spans);

        Assert.Equal(["escaped", "plain"], await FoundAsync(project, trace, "门店"));
        Assert.Equal(["plain"], await FoundAsync(project, trace, "DIM_STORE"));

        // The names of fields in the stored document are no words of the trace.
        Assert.Empty(await FoundAsync(project, trace, "Messages"));
        Assert.Empty(await FoundAsync(project, Spans.TraceId(), "门店"));
    }

    [Fact]
    public async Task Records_are_read_by_their_refs_across_traces()
    {
        var project = await database.NewProjectAsync();
        var (a, b) = (Spans.Chat(spanId: "same").Saying("of a"), Spans.Chat(spanId: "same").Saying("of b"));
        await database.WriteAsync(project, a, b);

        var records = await database.Reader.RecordsAsync(project.Id, [new(a.Span.TraceId, "same"), new(b.Span.TraceId, "gone")], Cancel);

        Assert.Equal("of a", Assert.Single(records).Content.Input);
    }

    private async Task<IEnumerable<string>> FoundAsync(Project project, string trace, string words)
    {
        var (spans, isCut) = await new ContentSearch(database.Database).FindAsync(project.Id, [trace], words, Cancel);
        Assert.False(isCut);
        return spans.Select(span => span.SpanId).Order(StringComparer.Ordinal);
    }

    private async Task WriteAsync(Project project, params (string Trace, string? Request)[] traces) =>
        await database.WriteAsync(
            project,
            [.. traces.Select(trace => Spans.Chat(trace.Trace, "s").With(span => span with { RequestId = trace.Request }))]
        );

    private static IEnumerable<string> Sorted(RequestScope scope) =>
        scope.TraceIds.Where(id => !id.StartsWith("req", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
