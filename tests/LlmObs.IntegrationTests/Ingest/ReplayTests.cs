using System.Net.Http.Headers;
using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Writing;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>Whole captured runs, byte for byte over their own transport, as far as PostgreSQL and back.</summary>
public sealed class ReplayTests(IngestDatabase database) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp");
    private IngestServer _server = null!;

    public static TheoryData<string> Runs =>
        [
            .. Directory
                .GetDirectories(Folder)
                .Select(path => Path.GetFileName(path))
                .Where(name => name.StartsWith("otel-openai", StringComparison.Ordinal) || name.StartsWith("dotnet-meai", StringComparison.Ordinal)),
        ];

    public async ValueTask InitializeAsync() => _server = await (await IngestServer.StartAsync(database)).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory, MemberData(nameof(Runs))]
    public async Task Keeps_a_run_once_and_puts_its_messages_into_its_spans(string name)
    {
        using var run = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, name, $"{name}.run.json"), Cancel));
        foreach (var meta in Directory.GetFiles(Path.Combine(Folder, name), "*.meta.json").Order(StringComparer.Ordinal))
        {
            await SendAsync(meta);
        }

        while (await _server.Get<LateContentMerger>().MergeDueAsync(100, Cancel) > 0)
        {
            // Until nothing is due.
        }

        var trace = run.RootElement.GetProperty("traces")[0];
        var records = await _server.TraceAsync("default", trace.GetProperty("trace_id").GetString()!);
        Assert.Equal(run.RootElement.GetProperty("spans_unique").GetInt32(), records.Count);
        var totals = run.RootElement.GetProperty("truth").GetProperty("payload_totals");
        var summary = TraceRollup.Summarise([.. records.Select(record => record.Span)]);
        Assert.Equal(totals.GetProperty("input_tokens").GetInt64(), summary.Usage!.InputTokens);
        Assert.Equal(totals.GetProperty("output_tokens").GetInt64(), summary.Usage.OutputTokens);

        var answered = records.Where(record => record.Span is { Kind: SpanKind.Llm, Status: not SpanStatus.Error }).ToList();
        Assert.NotEmpty(answered);
        Assert.All(
            answered,
            record =>
            {
                Assert.Contains(record.Content.Messages, message => message is { Direction: "input", Role: "user" });
                Assert.Contains(record.Content.Messages, message => message is { Direction: "output", Role: "assistant" });
            }
        );
    }

    private async Task SendAsync(string metaPath)
    {
        using var meta = JsonDocument.Parse(await File.ReadAllBytesAsync(metaPath, Cancel));
        var body = await File.ReadAllBytesAsync(
            Path.Combine(Path.GetDirectoryName(metaPath)!, meta.RootElement.GetProperty("body").GetString()!),
            Cancel
        );
        var headers = meta.RootElement.GetProperty("headers");
        string? Header(string name) => headers.TryGetProperty(name, out var value) ? value.GetString() : null;
        var path = meta.RootElement.GetProperty("path").GetString()!;
        var isGrpc = meta.RootElement.GetProperty("transport").GetString() == "grpc";
        var request = isGrpc
            ? OtlpBodies.GrpcFrame(body, Header("grpc-encoding") == "gzip", path)
            : OtlpBodies.Http(body, MediaTypeHeaderValue.Parse(Header("content-type")!).ToString(), Header("content-encoding"), path);
        using var response = await (isGrpc ? _server.Grpc : _server.Http).SendAsync(request, Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        var answer = await response.Content.ReadAsByteArrayAsync(Cancel);
        if (isGrpc)
        {
            var status = response.TrailingHeaders.TryGetValues("grpc-status", out var trailers)
                ? trailers
                : response.Headers.GetValues("grpc-status");
            Assert.Equal("0", Assert.Single(status));
        }
        else
        {
            Assert.True(answer.Length == 0 || answer.AsSpan().SequenceEqual("{ }"u8));
        }
    }
}
