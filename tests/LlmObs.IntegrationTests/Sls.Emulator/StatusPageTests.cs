using System.Net;

namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class StatusPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_projects_counts_and_queries_as_text()
    {
        await using var sls = await TestSls.StartAsync();
        await sls.CreateLogstoreAsync(SixLogs.Index);
        await sls.ExpectOkAsync(HttpMethod.Put, "/", """{"description":"<img src=x onerror=alert(1)>"}""");
        await sls.PutAsync([.. Enumerable.Range(0, 1234).Select(n => new TestLog(1000 + n, ("msg", "x")))]);
        await sls.RowsAsync("\"</pre><script>alert(1)</script>\"");
        await sls.RefusalAsync("msg: (");

        using var response = await GetAsync(sls, "/", "127.0.0.1", "text/html,*/*");
        var html = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("default-src 'none';", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("1,234", html, StringComparison.Ordinal);
        Assert.Contains("refused:", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        using var style = await GetAsync(sls, "/status.css", "localhost", "text/css");
        Assert.Equal("text/css; charset=utf-8", style.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Opens_no_logstore_to_show_it_and_rounds_no_write_away()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var first = await TestSls.StartAsync(directory))
        {
            await first.CreateLogstoreAsync(SixLogs.Index);
        }
        await using (var second = await TestSls.StartAsync(directory))
        {
            Assert.Contains("not used yet", await HtmlAsync(second), StringComparison.Ordinal);

            await second.PutAsync(new TestLog(1000, ("msg", "x")));

            var html = await HtmlAsync(second);
            Assert.DoesNotContain("not used yet", html, StringComparison.Ordinal);
            Assert.Contains("<dd>1 log</dd>", html, StringComparison.Ordinal);
        }
        Directory.Delete(directory, recursive: true);

        static async Task<string> HtmlAsync(TestSls sls)
        {
            using var response = await GetAsync(sls, "/", "localhost", "text/html");
            return await response.Content.ReadAsStringAsync(Token);
        }
    }

    [Theory]
    [InlineData("demo.sls.localhost", "text/html")]
    [InlineData("rebound.example", "text/html")]
    [InlineData("localhost", "application/json")]
    public async Task Leaves_everything_else_to_the_protocol(string host, string accept)
    {
        await using var sls = await TestSls.StartAsync();

        using var response = await GetAsync(sls, "/", host, accept);

        Assert.Equal((HttpStatusCode.BadRequest, "application/json"), (response.StatusCode, response.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task Can_be_switched_off()
    {
        await using var sls = await TestSls.StartAsync(null, ("Emulator:StatusPage", "false"));

        using var response = await GetAsync(sls, "/", "localhost", "text/html");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static Task<HttpResponseMessage> GetAsync(TestSls sls, string target, string host, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sls.Address, target));
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return sls.SendRawAsync(request);
    }
}
