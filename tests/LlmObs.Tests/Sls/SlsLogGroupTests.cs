using System.Net;
using CsCheck;
using LlmObs.Sls;
using LlmObs.Sls.Wire;

namespace LlmObs.Tests.Sls;

public sealed class SlsLogGroupTests
{
    private static readonly Gen<SlsLog> Logs = Gen.Select(
        Gen.UInt,
        Gen.UInt[0, 999_999_999],
        Gen.Select(Gen.String[1, 20], Gen.String[0, 200]).List[0, 5],
        (time, nanos, fields) => new SlsLog(time, nanos, [.. fields.Select(field => new KeyValuePair<string, string>(field.Item1, field.Item2))])
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Splits_within_limits_and_keeps_every_log_in_order()
    {
        Gen.Select(Logs.List[0, 40], Gen.Int[1, 10], Gen.Int[1, 2000])
            .Sample(
                (logs, maxLogs, maxBytes) =>
                {
                    var group = new SlsLogGroup(logs, "topic", "source", [new("tag", "value")]);
                    var parts = group.Split(maxLogs, maxBytes);

                    Assert.Equal(logs, parts.SelectMany(part => part.Logs));
                    Assert.All(
                        parts,
                        part =>
                        {
                            Assert.Equal(("topic", "source", group.Tags), (part.Topic, part.Source, part.Tags));
                            Assert.InRange(part.Logs.Count, 1, maxLogs);
                            Assert.True(part.Logs.Count == 1 || SlsBody.Of(part).RawSize <= maxBytes);
                        }
                    );
                }
            );
    }

    [Theory]
    [InlineData(SlsCompression.Lz4)]
    [InlineData(SlsCompression.Zstd)]
    [InlineData(SlsCompression.Deflate)]
    [InlineData(SlsCompression.None)]
    public void Unpacks_what_it_packed(SlsCompression compression)
    {
        Logs.List[0, 5]
            .Sample(logs =>
            {
                var body = SlsBody.Of(new SlsLogGroup(logs), compression);
                var plain = SlsBody.Of(new SlsLogGroup(logs), SlsCompression.None);
                Assert.Equal(plain.Bytes.ToArray(), SlsBody.Decompress(body.Bytes.ToArray(), body.Compression, body.RawSize));
            });
    }

    [Fact]
    public async Task Says_how_many_logs_went_before_the_one_that_failed_and_sends_none_twice()
    {
        var sls = new ScriptedSls().Answers().Answers().Refuses(HttpStatusCode.ServiceUnavailable, "ServerBusy");
        var client = new SlsClient(
            SlsOptions.Parse("Endpoint=http://127.0.0.1:5085;Project=llmobs;AccessKeyId=id;AccessKeySecret=secret") with
            {
                MaxGroupLogs = 3,
            },
            new HttpClient(sls)
        );
        var group = new SlsLogGroup([.. Enumerable.Range(0, 10).Select(n => new SlsLog((uint)n, 0, []))]);

        var error = await Assert.ThrowsAsync<SlsException>(() => client.PutAllLogsAsync("spans", group, null, Token));

        Assert.Equal((6, "ServerBusy", true), (error.LogsWritten, error.Code, error.IsAmbiguous));
        Assert.Equal(3, sls.Requests.Count);
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("a/b")]
    [InlineData("a?type=log")]
    [InlineData("a%2Fb")]
    [InlineData("..")]
    [InlineData("")]
    public async Task Refuses_a_name_that_would_lead_elsewhere(string logstore)
    {
        var sls = new ScriptedSls();

        await Assert.ThrowsAsync<ArgumentException>(() => sls.Client().GetLogsAsync(logstore, new("*", 0, 1), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => sls.Client().Admin.GetLogstoreAsync(logstore, Token));

        Assert.Empty(sls.Requests);
    }

    [Fact]
    public async Task Never_takes_a_part_for_the_whole()
    {
        var sls = new ScriptedSls().AnswersRows("""[{"a":"1"}]""", progress: "Incomplete");

        var error = await Assert.ThrowsAsync<SlsException>(async () =>
        {
            await foreach (var _ in sls.Client().StreamLogsAsync("spans", new("*", 0, 1), Token)) { }
        });

        Assert.Equal(SlsException.Incomplete, error.Code);
    }
}
