using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;
using RpcStatus = LlmObs.Ingest.Otlp.Protos.Rpc.Status;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>Each limit at the limit and one beyond it, over each way in.</summary>
public sealed class LimitTests(IngestDatabase database) : IAsyncLifetime
{
    private const int MaxBody = 20_000;
    private const int MaxSpans = 5;
    private const int MaxAttributes = 4;
    private const int MaxBytes = 1024;
    private const int MaxDepth = 3;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private IngestServer server = null!;

    public static TheoryData<string> Ways => ["protobuf", "json", "grpc"];

    public async ValueTask InitializeAsync() =>
        server = await (
            await IngestServer.StartAsync(
                database,
                null,
                ("Ingest:MaxBodyBytes", $"{MaxBody}"),
                ("Ingest:MaxSpansPerRequest", $"{MaxSpans}"),
                ("Ingest:MaxAttributesPerSpan", $"{MaxAttributes}"),
                ("Ingest:MaxAttributeBytes", $"{MaxBytes}"),
                ("Ingest:MaxDepth", $"{MaxDepth}")
            )
        ).ReadyAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory, MemberData(nameof(Ways))]
    public async Task Spans_of_a_request(string way)
    {
        Assert.Equal((true, ""), await SendAsync(way, Many(MaxSpans)));
        var (isTaken, message) = await SendAsync(way, Many(MaxSpans + 1));
        Assert.False(isTaken);
        Assert.Contains("holds 6 spans; the limit is 5 (Ingest:MaxSpansPerRequest)", message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Bytes_of_a_body(string way)
    {
        Assert.Equal((true, ""), await SendAsync(way, OtlpBodies.Span(), size: MaxBody));
        var (isTaken, message) = await SendAsync(way, OtlpBodies.Span(), size: MaxBody + 1);
        Assert.False(isTaken);
        Assert.Contains(way == "grpc" ? "size" : "Ingest:MaxBodyBytes", message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Bytes_of_a_body_when_inflated(string way)
    {
        Assert.Equal((true, ""), await SendAsync(way, OtlpBodies.Span(), size: MaxBody, gzip: true));
        var (isTaken, message) = await SendAsync(way, OtlpBodies.Span(), size: MaxBody + 1, gzip: true);
        Assert.False(isTaken);
        Assert.Contains("when inflated is larger than 20000 bytes (Ingest:MaxBodyBytes)", message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Attributes_of_a_span(string way)
    {
        Assert.Empty(await NotesAsync(way, With(MaxAttributes)));
        Assert.Equal(
            "span: kept the first 4 of 5 attributes (Ingest:MaxAttributesPerSpan).",
            Assert.Single(await NotesAsync(way, With(MaxAttributes + 1)))
        );

        static Span With(int count)
        {
            var span = OtlpBodies.Span();
            span.Attributes.AddRange(Enumerable.Range(0, count).Select(i => Text($"a{i}", "v")));
            return span;
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Bytes_of_an_attribute(string way)
    {
        // Three bytes each: a cut in the middle of one would show.
        Assert.Empty(await NotesAsync(way, With(new string('中', MaxBytes / 3))));
        Assert.Equal(
            "a: 1026 bytes cut to 1024 (Ingest:MaxAttributeBytes).",
            Assert.Single(await NotesAsync(way, With(new string('中', (MaxBytes / 3) + 1))))
        );

        static Span With(string value) => Attributed(Text("a", value));
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Depth_of_an_attribute(string way)
    {
        Assert.Empty(await NotesAsync(way, With(MaxDepth)));
        Assert.Equal("a: cut where it is nested deeper than 3 (Ingest:MaxDepth).", Assert.Single(await NotesAsync(way, With(MaxDepth + 1))));

        static Span With(int depth)
        {
            var value = new AnyValue { StringValue = "v" };
            for (var i = 0; i < depth; i++)
            {
                value = new() { ArrayValue = new() { Values = { value } } };
            }

            return Attributed(new() { Key = "a", Value = value });
        }
    }

    private async Task<IReadOnlyList<string>> NotesAsync(string way, Span span)
    {
        // A trace of its own, since a repeat would change nothing.
        var trace = Guid.NewGuid().ToByteArray();
        span.TraceId = ByteString.CopyFrom(trace);
        Assert.Equal((true, ""), await SendAsync(way, [span]));
        return Assert.Single(await server.TraceAsync("default", Convert.ToHexStringLower(trace))).Content.Notes;
    }

    private Task<(bool IsTaken, string Message)> SendAsync(string way, Span span, int size, bool gzip = false)
    {
        // Grown by its name, character by character, to exactly the size.
        span.Name = "";
        span.Name = new string('n', size - Encode(way, [span]).Length);
        span.Name = span.Name[..^(Encode(way, [span]).Length - size)];
        var body = Encode(way, [span]);
        Assert.Equal(size, body.Length);
        return SendAsync(way, body, gzip);
    }

    private Task<(bool IsTaken, string Message)> SendAsync(string way, Span[] spans) => SendAsync(way, Encode(way, spans), gzip: false);

    private async Task<(bool IsTaken, string Message)> SendAsync(string way, byte[] body, bool gzip)
    {
        var sent = gzip ? OtlpBodies.Gzip(body) : body;
        if (way == "grpc")
        {
            using var called = await server.Grpc.SendAsync(OtlpBodies.Grpc(sent, gzip), Cancel);
            await called.Content.ReadAsByteArrayAsync(Cancel);
            var headers = called.TrailingHeaders.Concat(called.Headers).ToLookup(header => header.Key, header => header.Value.First());
            var status = headers["grpc-status"].First();
            Assert.Contains(status, (string[])["0", "8"]);
            Assert.Empty(headers["grpc-status-details-bin"]);
            return (status == "0", Uri.UnescapeDataString(headers["grpc-message"].FirstOrDefault() ?? ""));
        }

        var isJson = way == "json";
        using var response = await server.Http.SendAsync(
            OtlpBodies.Http(sent, isJson ? "application/json" : "application/x-protobuf", gzip ? "gzip" : null),
            Cancel
        );
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return (true, "");
        }

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var answer = await response.Content.ReadAsByteArrayAsync(Cancel);
        return (
            false,
            isJson ? JsonDocument.Parse(answer).RootElement.GetProperty("message").GetString()! : RpcStatus.Parser.ParseFrom(answer).Message
        );
    }

    private static byte[] Encode(string way, Span[] spans) =>
        way == "json" ? Encoding.UTF8.GetBytes(OtlpBodies.Json(string.Join(',', spans.Select(Json)))) : OtlpBodies.Request(spans);

    private static string Json(Span span) =>
        JsonSerializer.Serialize(
            new
            {
                traceId = Convert.ToHexStringLower(span.TraceId.Span),
                spanId = Convert.ToHexStringLower(span.SpanId.Span),
                name = span.Name,
                startTimeUnixNano = $"{span.StartTimeUnixNano}",
                endTimeUnixNano = $"{span.EndTimeUnixNano}",
                attributes = span.Attributes.Select(attribute => new { key = attribute.Key, value = Json(attribute.Value) }),
            }
        );

    private static Dictionary<string, object> Json(AnyValue value) =>
        value.ValueCase == AnyValue.ValueOneofCase.ArrayValue
            ? new() { ["arrayValue"] = new { values = value.ArrayValue.Values.Select(Json) } }
            : new() { ["stringValue"] = value.StringValue };

    private static Span[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => OtlpBodies.Span(spanId: OtlpBodies.SpanIdOf((byte)(i + 1))))];

    private static Span Attributed(KeyValue attribute)
    {
        var span = OtlpBodies.Span();
        span.Attributes.Add(attribute);
        return span;
    }

    private static KeyValue Text(string key, string value) =>
        new()
        {
            Key = key,
            Value = new() { StringValue = value },
        };
}
