using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.TraceLog;

namespace LlmObs.IntegrationTests.TraceLog;

/// <summary>Spans that have several logs, of which the first may be missing or may not match: each counts once, as comparing all ids would say.</summary>
public sealed class SpanCountTests(SpanCountTests.Emulator emulator) : IClassFixture<SpanCountTests.Emulator>
{
    private static readonly string[] Models = ["qwen-max", "gpt-5"];
    private static readonly string[] Users = ["ann", "bob", "eve"];
    private static readonly string[] Tags = ["vip", "zh", "new"];
    private readonly DateTimeOffset noon = TimeProvider.System.GetUtcNow().AddMinutes(-30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public sealed class Emulator : IAsyncLifetime
    {
        private LocalSls? sls;

        public LocalSls Sls => sls!;

        public async ValueTask InitializeAsync()
        {
            sls = await LocalSls.StartAsync();
            await sls.Store.EnsureAsync(Token);
        }

        public ValueTask DisposeAsync() => sls?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Counts_are_those_of_all_ids_compared(int seed)
    {
        var project = $"counts-{seed}";
        var logs = await WriteAsync(project, new Random(seed));
        foreach (var (line, isAsked) in Lines())
        {
            var asked = logs.Where(isAsked).ToList();
            var query = new SpanQuery(project, line, noon.AddHours(-1), noon.AddHours(1));
            var histogram = await emulator.Sls.Search.HistogramAsync(query, Token);
            var facets = await emulator.Sls.Search.FacetsAsync(query, ["model", "user", "tags"], 10, Token);

            Assert.Equal((Ids(asked), Ids(asked.Where(HasFailed))), (histogram.Sum(bucket => bucket.Count), histogram.Sum(bucket => bucket.Errors)));
            Assert.Equal(Ids(asked), await emulator.Sls.Search.SpanCountAsync(query, Token));
            Assert.Equal(
                new(asked.Select(span => span.TraceId).Distinct().LongCount(), false),
                await emulator.Sls.Search.TraceCountAsync(query, 100, Token)
            );
            Assert.Equal(Counted(asked, span => [span.RequestedModel!]), facets["model"]);
            Assert.Equal(Counted(asked, span => [span.UserId!]), facets["user"]);
            Assert.Equal(Counted(asked, span => span.Tags), facets["tags"]);
            Assert.Equal(Counted(asked, span => span.Tags), await emulator.Sls.Search.FacetAsync(query, "tags", 10, Token));
            Assert.Equal(Grouped(asked), await GroupsAsync(query));
        }
    }

    private static IEnumerable<(string Line, Func<Span, bool> IsAsked)> Lines() =>
        [("", _ => true), ("status: error", HasFailed), ("user: ann", span => span.UserId == "ann")];

    /// <summary>Up to twenty spans in four traces. Most have one log; others are sent again as they were, or changed, and of some the first is not there.</summary>
    private async Task<List<Span>> WriteAsync(string project, Random random)
    {
        var traces = Enumerable.Range(0, 4).Select(_ => Spans.TraceId()).ToList();
        List<SpanRecord> first = [];
        List<SpanRecord> later = [];
        for (var i = random.Next(20); i >= 0; i--)
        {
            var span = Spans.Chat(traces[random.Next(traces.Count)], start: noon.AddMinutes(random.Next(20)).ToUnixTimeMilliseconds() * 1_000_000);
            var version = Said(span, random);
            var isFirstThere = random.Next(4) > 0;
            if (isFirstThere)
            {
                first.Add(version);
            }

            for (
                var more =
                    random.Next(2) == 0 ? random.Next(1, 4)
                    : isFirstThere ? 0
                    : 1;
                more > 0;
                more--
            )
            {
                later.Add(random.Next(2) == 0 ? version : version = Said(span, random) with { Revision = version.Revision + 1 });
            }
        }

        await emulator.Sls.Store.WriteAsync(project, Guid.NewGuid(), first, Token, isFirst: true);
        await emulator.Sls.Store.WriteAsync(project, Guid.NewGuid(), later, Token);
        return [.. first.Concat(later).Select(record => record.Span)];
    }

    private static SpanRecord Said(SpanRecord span, Random random) =>
        span.With(span =>
            span with
            {
                RequestedModel = Models[random.Next(Models.Length)],
                UserId = Users[random.Next(Users.Length)],
                Status = random.Next(3) == 0 ? SpanStatus.Error : SpanStatus.Ok,
                Tags = [.. random.GetItems(Tags, random.Next(3))],
                Usage = new(random.Next(100), 1),
            }
        );

    private static bool HasFailed(Span span) => span.Status == SpanStatus.Error;

    private static long Ids(IEnumerable<Span> logs) => logs.Select(span => span.SpanId).Distinct().LongCount();

    private static IEnumerable<FacetValue> Counted(List<Span> logs, Func<Span, IEnumerable<string>> values) =>
        logs.SelectMany(span => values(span).Select(value => (Value: value, Span: span)))
            .GroupBy(pair => pair.Value, pair => pair.Span)
            .Select(group => new FacetValue(group.Key, Ids(group)))
            .OrderByDescending(value => value.Count)
            .ThenBy(value => value.Value, StringComparer.Ordinal);

    private static IEnumerable<(string Value, long Spans, long Traces, long Failed, long? Tokens)> Grouped(List<Span> logs) =>
        logs.GroupBy(span => span.RequestedModel!)
            .Select(group =>
                (
                    group.Key,
                    Ids(group),
                    group.Select(span => span.TraceId).Distinct().LongCount(),
                    Ids(group.Where(HasFailed)),
                    (long?)group.GroupBy(span => span.SpanId).Sum(versions => versions.Max(span => span.Usage!.InputTokens + span.Usage.OutputTokens))
                )
            )
            .OrderBy(group => group.Key, StringComparer.Ordinal);

    private async Task<IEnumerable<(string Value, long Spans, long Traces, long Failed, long? Tokens)>> GroupsAsync(SpanQuery query) =>
        (await new SpanGroups(emulator.Sls.Client).ByAsync(query, "model", GroupOrder.Spans, 10, Token))
            .Groups.Select(group => (group.Value, group.Spans, group.Traces, group.Failed, group.Tokens))
            .OrderBy(group => group.Value, StringComparer.Ordinal);
}
