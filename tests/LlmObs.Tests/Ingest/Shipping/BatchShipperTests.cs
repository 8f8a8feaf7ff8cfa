using System.Net;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Shipping;
using LlmObs.Sls;
using LlmObs.Storage.Writing;
using LlmObs.Tests.Sls;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest.Shipping;

public sealed class BatchShipperTests
{
    private const string Put = "POST /logstores/llmobs-traces/shards/lb";
    private const string Ask = "POST /logstores/llmobs-traces/logs";
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sends_a_fresh_batch_without_asking()
    {
        var sls = new ScriptedSls().Answers();

        Assert.Equal(2, await Shipper(sls).ShipAsync(Batch("a", "b"), mayBeThere: false, Token));

        Assert.Equal([Put], sls.Requests.Select(request => request.Request));
    }

    [Fact]
    public async Task Sends_nothing_when_all_of_it_is_there()
    {
        var sls = new ScriptedSls()
            .AnswersRows("""[{"logs":"2"}]""")
            .AnswersRows("""[{"trace_id":"t","span_id":"a"},{"trace_id":"t","span_id":"b"}]""");

        Assert.Equal(0, await Shipper(sls).ShipAsync(Batch("a", "b"), mayBeThere: true, Token));

        Assert.Equal([Ask, Ask], sls.Requests.Select(request => request.Request));
        Assert.Contains("__tag__:batch_id: \\u00220199", sls.Requests[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sends_all_when_none_is_there()
    {
        var sls = new ScriptedSls().AnswersRows("""[{"logs":"0"}]""").Answers();

        Assert.Equal(2, await Shipper(sls).ShipAsync(Batch("a", "b"), mayBeThere: true, Token));

        Assert.Equal([Ask, Put], sls.Requests.Select(request => request.Request));
    }

    [Fact]
    public async Task Sends_the_rest_of_a_batch_that_was_interrupted()
    {
        var sls = new ScriptedSls().AnswersRows("""[{"logs":"1"}]""").AnswersRows("""[{"trace_id":"t","span_id":"a"}]""").Answers();

        Assert.Equal(1, await Shipper(sls).ShipAsync(Batch("a", "b"), mayBeThere: true, Token));
    }

    [Fact]
    public async Task Does_not_send_on_half_an_answer()
    {
        var sls = new ScriptedSls().AnswersRows("""[{"logs":"0"}]""", "Incomplete");

        await Assert.ThrowsAsync<SlsException>(() => Shipper(sls).ShipAsync(Batch("a"), mayBeThere: true, Token));

        Assert.Equal([Ask], sls.Requests.Select(request => request.Request));
    }

    [Fact]
    public async Task Splits_a_batch_that_is_larger_than_one_write_may_be()
    {
        var sls = new ScriptedSls().Answers().Answers();

        await Shipper(sls).ShipAsync(Saying(new string('x', 900_000), "a", "b", "c", "d"), mayBeThere: false, Token);

        Assert.Equal([Put, Put], sls.Requests.Select(request => request.Request));
    }

    [Fact]
    public async Task Ends_at_the_first_refusal()
    {
        var sls = new ScriptedSls().Refuses(HttpStatusCode.BadRequest, "PostBodyInvalid");

        Assert.Equal(
            "PostBodyInvalid",
            (await Assert.ThrowsAsync<SlsException>(() => Shipper(sls).ShipAsync(Batch("a"), mayBeThere: false, Token))).Code
        );
    }

    private static BatchShipper Shipper(ScriptedSls sls) =>
        new(new SpanLogStore(sls.Client(), Options.Create(new TraceLogOptions()), TimeProvider.System));

    private static OutboxBatch Batch(params string[] spanIds) => Saying("hello", spanIds);

    private static OutboxBatch Saying(string input, params string[] spanIds)
    {
        var records = spanIds
            .Select(id => new SpanRecord(
                new Span
                {
                    TraceId = "t",
                    SpanId = id,
                    Name = "chat",
                    StartUnixNano = 0,
                    DurationNano = 1,
                },
                SpanContent.Empty with
                {
                    Input = input,
                }
            ))
            .ToList();
        return new(1, Guid.Parse("01990000-0000-7000-8000-000000000001"), new Project(1, "default"), 0, DateTimeOffset.UnixEpoch, records);
    }
}
