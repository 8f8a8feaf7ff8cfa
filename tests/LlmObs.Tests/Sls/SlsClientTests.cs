using System.Net;
using System.Text.Json;
using LlmObs.Sls;

namespace LlmObs.Tests.Sls;

public sealed class SlsClientTests
{
    private static readonly SlsQuery Query = new("*", 0, 10);
    private static readonly SlsLogGroup Group = new([new(1, 0, [new("a", "b")])]);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, "PostBodyInvalid", false, false)]
    [InlineData(401, "SignatureNotMatch", false, false)]
    [InlineData(403, "WriteQuotaExceed", true, false)]
    [InlineData(403, "ShardWriteQuotaExceed", true, false)]
    [InlineData(404, "LogStoreNotExist", false, false)]
    [InlineData(500, "InternalServerError", true, true)]
    [InlineData(503, "ServerBusy", true, true)]
    public async Task Says_what_SLS_said(int status, string code, bool isRetryable, bool isAmbiguous)
    {
        var sls = new ScriptedSls().Refuses((HttpStatusCode)status, code, "because");

        var error = await Assert.ThrowsAsync<SlsException>(() => sls.Client().PutLogsAsync("spans", Group, Token));

        Assert.Equal((status, code, "because", "68A0C3D2F1B2A4C5D6E7F801"), (error.Status, error.Code, error.Message, error.RequestId));
        Assert.Equal((isRetryable, isAmbiguous), (error.IsRetryable, error.IsAmbiguous));
        Assert.Single(sls.Requests);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, false)]
    [InlineData(HttpRequestError.NameResolutionError, false)]
    [InlineData(HttpRequestError.ResponseEnded, true)]
    public async Task Knows_whether_a_write_may_have_been_sent(HttpRequestError cause, bool isAmbiguous)
    {
        var sls = new ScriptedSls().Fails(new HttpRequestException(cause, "broken"));

        var error = await Assert.ThrowsAsync<SlsException>(() => sls.Client().PutLogsAsync("spans", Group, Token));

        Assert.Equal((0, true, isAmbiguous), (error.Status, error.IsRetryable, error.IsAmbiguous));
        Assert.Single(sls.Requests);
    }

    [Fact]
    public async Task Takes_the_status_of_a_proxy_that_answers_in_its_own_words()
    {
        var error = await Assert.ThrowsAsync<SlsException>(() =>
            new ScriptedSls().Answers("<html>", HttpStatusCode.BadGateway).Client().PutLogsAsync("spans", Group, Token)
        );

        Assert.Equal((502, SlsException.BadResponse, true), (error.Status, error.Code, error.IsAmbiguous));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5085", "127.0.0.1", "llmobs.127.0.0.1:5085")]
    [InlineData("http://localhost:5085", "localhost", "llmobs.localhost:5085")]
    [InlineData("http://[::1]:5085", "[::1]", "llmobs.[::1]:5085")]
    [InlineData("http://emulator:5085", "emulator", "llmobs.emulator:5085")]
    [InlineData("https://cn-hangzhou.log.aliyuncs.com", "llmobs.cn-hangzhou.log.aliyuncs.com", "llmobs.cn-hangzhou.log.aliyuncs.com")]
    public void Names_the_project_in_the_host_and_connects_where_a_name_resolves(string endpoint, string connectsTo, string host)
    {
        var address = LlmObs.Sls.Wire.SlsAddress.Of(SlsOptions.Parse($"Endpoint={endpoint};Project=llmobs;AccessKeyId=a;AccessKeySecret=b"));

        Assert.Equal((connectsTo, host), (address.Base.Host, address.Host));
    }

    [Fact]
    public async Task Asks_again_while_the_answer_is_a_part()
    {
        var sls = new ScriptedSls().AnswersRows("[]", "Incomplete").AnswersRows("""[{"a":"1"}]""");

        var result = await sls.Client(incompleteRetries: 3).GetLogsAsync("spans", Query, Token);

        Assert.True(result.IsComplete);
        Assert.Equal("1", result.Rows.Single()["a"]);
        Assert.Equal(2, sls.Requests.Count);
    }

    [Fact]
    public async Task Says_incomplete_and_inaccurate_when_SLS_stays_so()
    {
        var sls = new ScriptedSls().AnswersRows("[]", "Incomplete").AnswersRows("[]", "Incomplete", isAccurate: false);

        var result = await sls.Client(incompleteRetries: 1).GetLogsAsync("spans", Query, Token);

        Assert.Equal((false, false), (result.IsComplete, result.IsAccurate));
    }

    [Fact]
    public async Task Sends_no_paging_with_an_analysis_but_does_when_the_bar_is_quoted()
    {
        var sls = new ScriptedSls().AnswersRows("[]").AnswersRows("[]");
        await sls.Client().GetLogsAsync("spans", new("* | select 1 from log", 0, 10, Line: 5), Token);
        await sls.Client().GetLogsAsync("spans", new("\"a | b\\\" | c\"", 0, 10, Line: 5), Token);

        Assert.False(JsonDocument.Parse(sls.Requests[0].Body).RootElement.TryGetProperty("line", out _));
        Assert.Equal(5, JsonDocument.Parse(sls.Requests[1].Body).RootElement.GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Reads_the_decoded_answers_of_captured_exchanges()
    {
        var sls = new ScriptedSls();
        foreach (var exchange in SlsFixtures.Read("get-logs-v2.json").GetProperty("exchanges").EnumerateArray())
        {
            sls.Answers(exchange.GetProperty("response").GetProperty("decoded").GetRawText());
            var result = await sls.Client().GetLogsAsync("spans", Query, Token);

            Assert.True(result.IsComplete);
            Assert.Equal("gateway", result.Rows[0]["service"]);
            Assert.Empty(result.Columns);
        }
    }

    [Fact]
    public async Task Creates_what_is_missing_and_does_not_mind_being_second()
    {
        var sls = new ScriptedSls()
            .Refuses(HttpStatusCode.NotFound, "LogStoreNotExist")
            .Answers()
            .Answers("{}")
            .Refuses(HttpStatusCode.NotFound, "LogStoreNotExist")
            .Refuses(HttpStatusCode.BadRequest, "LogStoreAlreadyExist");
        var client = sls.Client();

        Assert.True(await client.CreateLogstoreIfMissingAsync("spans", 30, 2, Token));
        Assert.False(await client.CreateLogstoreIfMissingAsync("spans", 30, 2, Token));
        Assert.False(await client.CreateLogstoreIfMissingAsync("spans", 30, 2, Token));
        Assert.Equal(
            ["GET /logstores/spans", "POST /logstores", "GET /logstores/spans", "GET /logstores/spans", "POST /logstores"],
            sls.Requests.Select(request => request.Request)
        );
    }

    [Fact]
    public async Task Updates_an_index_that_differs_and_keeps_what_people_added()
    {
        const string Wanted = """{"ttl":30,"line":{"token":[","," "],"chn":true},"keys":{"service":{"type":"text","alias":"","token":[","]}}}""";
        var sls = new ScriptedSls()
            // As SLS gives it back: in another order, with members of its own, without an empty alias.
            .Answers(
                """{"index_mode":"v2","keys":{"mine":{"type":"long"},"service":{"token":[","],"type":"text"}},"line":{"chn":true,"token":[" ",","]},"ttl":30,"storage":"pg"}"""
            )
            .Answers("""{"keys":{"mine":{"type":"long"},"service":{"token":[";"],"type":"text"}},"line":{"chn":false,"token":[" "]},"ttl":30}""")
            .Answers()
            .Refuses(HttpStatusCode.NotFound, "IndexConfigNotExist")
            .Answers();
        var client = sls.Client();

        Assert.False(await client.EnsureIndexAsync("spans", Wanted, Token));
        Assert.True(await client.EnsureIndexAsync("spans", Wanted, Token));
        Assert.True(await client.EnsureIndexAsync("spans", Wanted, Token));

        Assert.Equal("PUT /logstores/spans/index", sls.Requests[2].Request);
        var put = JsonDocument.Parse(sls.Requests[2].Body).RootElement;
        Assert.Equal("long", put.GetProperty("keys").GetProperty("mine").GetProperty("type").GetString());
        Assert.Equal(",", put.GetProperty("keys").GetProperty("service").GetProperty("token")[0].GetString());
        Assert.True(put.GetProperty("line").GetProperty("chn").GetBoolean());
        Assert.Equal("POST /logstores/spans/index", sls.Requests[4].Request);
    }

    [Fact]
    public async Task Reads_a_histogram()
    {
        var sls = new ScriptedSls().Answers(
            """[{"from":0,"to":5,"count":2,"progress":"Complete"},{"from":5,"to":10,"count":1,"progress":"Complete"}]"""
        );

        var histogram = await sls.Client().GetHistogramsAsync("spans", new("service: a", 0, 10), Token);

        Assert.Equal((3, true), (histogram.Count, histogram.IsComplete));
        Assert.Equal("GET /logstores/spans?type=histogram&from=0&to=10&query=service%3A%20a", sls.Requests.Single().Request);
    }

    [Theory]
    [InlineData("Project=p;AccessKeyId=a;AccessKeySecret=b", "Endpoint is missing")]
    [InlineData("Endpoint=ftp://x;Project=p;AccessKeyId=a;AccessKeySecret=b", "no http or https address")]
    [InlineData("Endpoint=x.log.aliyuncs.com;Project=p;AccessKeyId=a;AccessKeySecret=b;Signature=V9", "V1, V1-SHA256 or V4")]
    public void Names_what_is_wrong_in_a_connection_string(string connection, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => SlsOptions.Parse(connection)).Message, StringComparison.Ordinal);

    [Fact]
    public void Keeps_the_secret_out_of_its_text() =>
        Assert.DoesNotContain(
            "hidden",
            SlsOptions.Parse("Endpoint=https://cn-beijing-intranet.log.aliyuncs.com;Project=p;AccessKeyId=a;AccessKeySecret=hidden").ToString(),
            StringComparison.Ordinal
        );

    [Fact]
    public void Reads_the_region_from_the_endpoint() =>
        Assert.Equal(
            "cn-beijing",
            SlsOptions.Parse("Endpoint=https://cn-beijing-intranet.log.aliyuncs.com;Project=p;AccessKeyId=a;AccessKeySecret=b").Region
        );
}
