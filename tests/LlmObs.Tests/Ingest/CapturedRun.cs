using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest;

/// <summary>One body that a real client sent, without its gRPC frame and compression.</summary>
internal sealed record CapturedBody(string Signal, bool IsJson, byte[] Bytes)
{
    public ReadOnlySequence<byte> Sequence => new(Bytes);
}

/// <summary>What a real application sent in one run, and the truth about it.</summary>
internal sealed class CapturedRun
{
    private readonly JsonElement _truth;

    private CapturedRun(string name, JsonElement run, IReadOnlyList<CapturedBody> bodies) => (Name, _truth, Bodies) = (name, run, bodies);

    public string Name { get; }
    public IReadOnlyList<CapturedBody> Bodies { get; }

    public JsonElement Truth => _truth.GetProperty("truth");
    public int Requests => _truth.GetProperty("requests").GetArrayLength();
    public int UniqueSpans => _truth.GetProperty("spans_unique").GetInt32();
    public JsonElement ExpectedKinds => _truth.GetProperty("expected_kinds");
    public JsonElement Errors => _truth.GetProperty("traces")[0].GetProperty("errors");

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp");

    public static IEnumerable<string> Names(params string[] beginnings) =>
        Directory
            .GetDirectories(Folder)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => beginnings.Length == 0 || beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal);

    public static CapturedRun Load(string name)
    {
        var folder = Path.Combine(Folder, name);
        var run = Parse(Path.Combine(folder, $"{name}.run.json"));
        return new(name, run, [.. Directory.GetFiles(folder, "*.meta.json").Order(StringComparer.Ordinal).Select(Body)]);
    }

    public IReadOnlyList<SpanRecord> Spans()
    {
        var mapper = new SpanMapper(Options.Create(new IngestOptions()), TimeProvider.System);
        return
        [
            .. Bodies
                .Where(body => body.Signal == "traces")
                .SelectMany(body =>
                {
                    var read = OtlpSignals.Traces.Read(body.Sequence, body.IsJson);
                    Assert.Null(read.Error);
                    var mapped = mapper.Map(read.Request!.ResourceSpans);
                    Assert.Equal(0, mapped.Rejected.Count);
                    return mapped.Accepted;
                })
                .DistinctBy(record => (record.Span.TraceId, record.Span.SpanId)),
        ];
    }

    public IReadOnlyList<LateContent> LateContents()
    {
        var mapper = new LogMapper(Options.Create(new IngestOptions()), TimeProvider.System);
        return
        [
            .. Bodies
                .Where(body => body.Signal == "logs")
                .SelectMany(body =>
                {
                    var read = OtlpSignals.Logs.Read(body.Sequence, body.IsJson);
                    Assert.Null(read.Error);
                    return mapper.Map(read.Request!.ResourceLogs).LateContents;
                })
                .DistinctBy(late => late.Key),
        ];
    }

    /// <summary>The spans as readers see them: with what came apart from them.</summary>
    public IReadOnlyList<SpanRecord> Merged()
    {
        var late = LateContents().ToLookup(part => part.SpanId);
        return [.. Spans().Select(record => record.With([.. late[record.Span.SpanId]]))];
    }

    private static CapturedBody Body(string metaPath)
    {
        var meta = Parse(metaPath);
        var path = meta.GetProperty("path").GetString()!;
        var bytes = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(metaPath)!, meta.GetProperty("body").GetString()!));
        var headers = meta.GetProperty("headers");
        if (meta.GetProperty("transport").GetString() == "grpc")
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1));
            bytes = bytes[0] == 1 ? Gunzip(bytes[5..(5 + length)]) : bytes[5..(5 + length)];
        }
        else if (headers.TryGetProperty("content-encoding", out var encoding) && encoding.GetString() == "gzip")
        {
            bytes = Gunzip(bytes);
        }

        var isJson = headers.GetProperty("content-type").GetString()!.StartsWith("application/json", StringComparison.Ordinal);
        return new(Signal(path), isJson, bytes);
    }

    // Langfuse's run also holds calls of its own API: scores, prompts.
    private static string Signal(string path) =>
        path switch
        {
            _ when path.EndsWith("/v1/traces", StringComparison.Ordinal) || path.Contains("TraceService", StringComparison.Ordinal) => "traces",
            _ when path.EndsWith("/v1/logs", StringComparison.Ordinal) || path.Contains("LogsService", StringComparison.Ordinal) => "logs",
            _ when path.EndsWith("/v1/metrics", StringComparison.Ordinal) || path.Contains("MetricsService", StringComparison.Ordinal) => "metrics",
            _ => "other",
        };

    private static byte[] Gunzip(byte[] bytes)
    {
        using var inflated = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }

    private static JsonElement Parse(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
