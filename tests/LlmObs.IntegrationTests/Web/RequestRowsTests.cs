using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;

namespace LlmObs.IntegrationTests.Web;

/// <summary>Traces that hang in others, in the list of requests.</summary>
public sealed class RequestRowsTests(SearchStores stores) : IClassFixture<SearchStores>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task A_request_of_several_traces_is_one_row_whatever_the_pages(int size)
    {
        var (project, requests) = await FillAsync();

        var rows = await RowsAsync(project, "", size);

        Assert.Equal(requests.Order(StringComparer.Ordinal), rows.Select(row => row.Hit.TraceId).Order(StringComparer.Ordinal));
        Assert.All(
            rows,
            row =>
                Assert.Equal((true, 3, 15L), (row.IsJoined, row.Summary!.SpanCount, row.Summary.Usage!.InputTokens + row.Summary.Usage.OutputTokens))
        );
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("\"innermost 0\"", 1)]
    [InlineData("\"no such words\"", 0)]
    public async Task A_request_of_several_traces_counts_once(string text, int count)
    {
        var (project, _) = await FillAsync();
        var now = TimeProvider.System.GetUtcNow();

        var counter = new RequestCounter(stores.Sls.Search, new(stores.Database.Database));

        Assert.Equal(new(count, IsCut: false), await counter.CountAsync(project, new(project.Name, text, now.AddHours(-2), now), Cancel));
    }

    [Fact]
    public async Task What_is_found_in_a_nested_trace_leads_to_its_request_and_to_the_step_in_it()
    {
        var (project, requests) = await FillAsync();

        var row = Assert.Single(await RowsAsync(project, "\"innermost 0\"", 20));

        Assert.Equal((requests[0], "question 0"), (row.Hit.TraceId, row.Title));
        Assert.Equal("innermost-0", row.Hit.Best.Span.TraceId[..11]);
        Assert.Contains("innermost 0", row.Hit.Best.Snippet, StringComparison.Ordinal);
    }

    /// <summary>Four requests, each of a trace, one that hangs in it, and one in that; those of one request begin among those of the others.</summary>
    private async Task<(Project Project, List<string> Requests)> FillAsync()
    {
        var project = await stores.Database.NewProjectAsync();
        var start = Spans.Now() - 3_600_000_000_000;
        var (spans, joins, requests) = (new List<SpanRecord>(), new List<TraceJoin>(), new List<string>());
        for (var i = 0; i < 4; i++)
        {
            string[] traces = [$"outer-{i}-{Guid.NewGuid():N}", $"inner-{i}-{Guid.NewGuid():N}", $"innermost-{i}-{Guid.NewGuid():N}"];
            requests.Add(traces[0]);
            for (var depth = 0; depth < traces.Length; depth++)
            {
                var isInnermost = depth == 2;
                var said = isInnermost ? $"innermost {i}" : "";
                var question = depth == 0 ? $"question {i}" : null;
                spans.Add(
                    Spans
                        .Chat(traces[depth], "s", start: start + (i + depth * 3) * 1_000_000_000L)
                        .Saying(said)
                        .With(span =>
                            span with
                            {
                                Question = question,
                                Kind = isInnermost ? SpanKind.Llm : SpanKind.Workflow,
                                Usage = isInnermost ? new(10, 5) : null,
                            }
                        )
                );
                if (depth > 0)
                {
                    joins.Add(new(traces[depth], JoinBasis.DifyMatch, traces[depth - 1], "s", IsInferred: true));
                }
            }
        }

        await stores.WriteAsync(project, spans);
        await stores.Database.Joins.UpsertAsync(project.Id, joins, Cancel);
        return (project, requests);
    }

    private async Task<List<RequestRow>> RowsAsync(Project project, string text, int size)
    {
        var now = TimeProvider.System.GetUtcNow();
        var query = new SpanQuery(project.Name, text, now.AddHours(-2), now);
        var address = new SearchAddress(project, text, TimeRange.Default, SearchView.Requests);
        var rows = new List<RequestRow>();
        do
        {
            var page = (SearchRows.Requests)await stores.Rows.ReadAsync(address, query, size, Cancel);
            rows.AddRange(page.Rows);
            address = address.At(page.Next);
        } while (address.Cursor is not null);

        return rows;
    }
}
