using System.Net;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Sls;
using LlmObs.TraceLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Ingest.Faults;

/// <summary>What goes wrong with a write.</summary>
public enum SlsFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>403, a quota.</summary>
    Quota,

    /// <summary>429.</summary>
    TooMany,

    /// <summary>500 after the write was taken.</summary>
    ErrorAfterTaking,

    /// <summary>No answer, and nothing is written.</summary>
    Hang,

    /// <summary>Written, and no answer within the client's time.</summary>
    LateAnswer,

    /// <summary>No answer, and written only when <see cref="FaultySls.LetGo"/> is called: later than anybody waits for.</summary>
    LateEffect,

    /// <summary>The connection is closed once the write is taken.</summary>
    CutAfterTaking,

    /// <summary>Every other write is refused, so that a large batch is taken in part.</summary>
    TakeHalf,
}

/// <summary>An HTTP front before the real emulator that does to writes what a cloud may do. Questions wait for writes under way, as they do where a written log is found.</summary>
internal sealed class FaultySls : IAsyncDisposable
{
    private readonly LocalSls sls;
    private readonly WebApplication app;
    private readonly HttpClient upstream = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private int underWay;
    private int met;
    private int writing;
    private int mostAtOnce;

    private FaultySls(LocalSls sls, WebApplication app) => (this.sls, this.app) = (sls, app);

    public volatile SlsFault Fault;

    /// <summary>Writes that met the fault.</summary>
    public int Met => Volatile.Read(ref met);

    /// <summary>The most writes that were under way at one time.</summary>
    public int MostAtOnce => Volatile.Read(ref mostAtOnce);

    public string ConnectionString => $"Endpoint={app.Urls.First()};Project=llmobs;AccessKeyId=local;AccessKeySecret=local";

    public static async Task<FaultySls> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var front = new FaultySls(await LocalSls.StartAsync(), app);
        app.Run(front.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return front;
    }

    /// <summary>Lets the writes held back come into effect.</summary>
    public void LetGo() => letGo.TrySetResult();

    /// <summary>How often each span of the project is in SLS.</summary>
    public async Task<Dictionary<string, int>> LogsBySpanAsync(string project)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var search = new SlsQueryBuilder().Field("project", project);
        var result = await sls.Client.GetLogsAsync(
            SpanLogSchema.Logstore,
            new($"{search} | select \"spanID\" as id, count(1) as logs from log group by \"spanID\" limit 100000", now - 3600, now + 3600),
            TestContext.Current.CancellationToken
        );
        return result.Rows.ToDictionary(row => row["id"], row => int.Parse(row["logs"], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await app.DisposeAsync();
        upstream.Dispose();
        await sls.DisposeAsync();
        stop.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, stop.Token);
        if (!context.Request.Path.Value!.Contains("/shards", StringComparison.Ordinal) || context.Request.Method != "POST")
        {
            await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref underWay) == 0), "the writes under way are done");
            await AnswerAsync(context, await ForwardAsync(context, body));
            return;
        }

        var fault = Fault;
        var number = fault == SlsFault.None ? 0 : Interlocked.Increment(ref met);
        switch (fault)
        {
            case SlsFault.Quota:
                await RefuseAsync(context, 403, "ShardWriteQuotaExceed");
                return;
            case SlsFault.TooMany:
                await RefuseAsync(context, 429, "ExceedQuota");
                return;
            case SlsFault.TakeHalf when number % 2 == 0:
                await RefuseAsync(context, 503, "ServerBusy");
                return;
            case SlsFault.LateEffect:
                await UntilTheClientLeavesAsync(context);
                await letGo.Task.WaitAsync(stop.Token);
                await ForwardAsync(context, body);
                return;
            case SlsFault.Hang:
                Count(1);
                await UntilTheClientLeavesAsync(context);
                Count(-1);
                return;
        }

        // Before the answer: whoever has it may send the next write at once.
        Count(1);
        var answer = await ForwardAsync(context, body);
        Count(-1);
        switch (fault)
        {
            case SlsFault.LateAnswer:
                await UntilTheClientLeavesAsync(context);
                return;
            case SlsFault.CutAfterTaking:
                context.Abort();
                return;
            case SlsFault.ErrorAfterTaking:
                await RefuseAsync(context, 500, "InternalServerError");
                return;
            default:
                await AnswerAsync(context, answer);
                return;
        }
    }

    private void Count(int writes)
    {
        lock (gate)
        {
            writing += writes;
            mostAtOnce = Math.Max(mostAtOnce, writing);
        }
    }

    private async Task UntilTheClientLeavesAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    // What the client no longer waits for is still written: SLS does not notice either.
    private async Task<(HttpResponseMessage Head, byte[] Body)> ForwardAsync(HttpContext context, MemoryStream body)
    {
        var isWrite = context.Request.Method == "POST";
        Interlocked.Add(ref underWay, isWrite ? 1 : 0);
        try
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(context.Request.Method),
                sls.Endpoint + context.Request.Path + context.Request.QueryString
            )
            {
                Content = new ByteArrayContent(body.ToArray()),
            };
            foreach (var (name, value) in context.Request.Headers)
            {
                if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value))
                {
                    request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)value);
                }
            }

            var response = await upstream.SendAsync(request, stop.Token);
            return (response, await response.Content.ReadAsByteArrayAsync(stop.Token));
        }
        finally
        {
            Interlocked.Add(ref underWay, isWrite ? -1 : 0);
        }
    }

    private static async Task AnswerAsync(HttpContext context, (HttpResponseMessage Head, byte[] Body) answer)
    {
        using var head = answer.Head;
        context.Response.StatusCode = (int)head.StatusCode;
        foreach (var (name, value) in head.Headers.Concat(head.Content.Headers).Where(header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[name] = value.ToArray();
        }

        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-log-requestid"] = "made-by-a-test";
        return context.Response.WriteAsJsonAsync(new { errorCode = code, errorMessage = "made by a test" });
    }
}
