using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmObs.EndToEndTests.Support;

/// <summary>Sends captured OTLP, or OTLP/JSON made by a test, to a stack.</summary>
public static partial class OtlpSender
{
    private const long OneMinute = 60_000_000_000;

    // Pages look at the last 24 hours and partitions are dropped with age: a capture in JSON is sent as if it had just been made.
    // The same shift for every test, so that a span sent twice is the same span.
    private static readonly ConcurrentDictionary<string, long> Shifts = new(StringComparer.Ordinal);

    /// <summary>Sends every request of a captured run, in order, to the paths they were captured on. A run in JSON is moved to the present.</summary>
    public static async Task SendRunAsync(HttpClient client, string run)
    {
        foreach (
            var meta in Directory
                .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp", run), "*.meta.json")
                .Order(StringComparer.Ordinal)
        )
        {
            using var document = JsonDocument.Parse(await File.ReadAllTextAsync(meta));
            var path = document.RootElement.GetProperty("path").GetString()!;
            var isJson = File.Exists(meta.Replace(".meta.json", ".json", StringComparison.Ordinal));
            var body = await File.ReadAllBytesAsync(meta.Replace(".meta.json", isJson ? ".json" : ".bin", StringComparison.Ordinal));
            if (isJson)
            {
                body = MovedToNow(run, body);
            }

            using var content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(isJson ? "application/json" : "application/x-protobuf") },
            };
            using var response = await client.PostAsync(path, content);
            Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    private static byte[] MovedToNow(string run, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        var shift = Shifts.GetOrAdd(
            run,
            _ => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000 - Times().Matches(text).Max(time => Nanos(time)) - OneMinute
        );
        return Encoding.UTF8.GetBytes(
            Times().Replace(text, time => $"{time.Groups["name"].Value}{(Nanos(time) + shift).ToString(CultureInfo.InvariantCulture)}\"")
        );
    }

    private static long Nanos(Match time) => long.Parse(time.Groups["nanos"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<name>""[a-zA-Z]*[uU]nixNano"":"")(?<nanos>[1-9]\d{15,18})""")]
    private static partial Regex Times();

    /// <summary>One trace: a root and <paramref name="children"/> spans below it, made by <paramref name="decorate"/>.</summary>
    public static JsonObject Trace(string traceId, int children, Action<JsonObject, int>? decorate = null)
    {
        var start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000L;
        var spans = new JsonArray();
        for (var i = 0; i <= children; i++)
        {
            var span = new JsonObject
            {
                ["traceId"] = traceId,
                ["spanId"] = SpanId(i),
                ["name"] = i == 0 ? "workflow" : $"step {i.ToString(CultureInfo.InvariantCulture)}",
                ["kind"] = 1,
                ["startTimeUnixNano"] = (start + i * 100_000L).ToString(CultureInfo.InvariantCulture),
                ["endTimeUnixNano"] = (start + i * 100_000L + 50_000_000L).ToString(CultureInfo.InvariantCulture),
                ["attributes"] = new JsonArray(),
            };
            if (i > 0)
            {
                span["parentSpanId"] = SpanId(0);
            }

            decorate?.Invoke(span, i);
            spans.Add(span);
        }

        return new JsonObject
        {
            ["resourceSpans"] = new JsonArray(
                new JsonObject
                {
                    ["resource"] = new JsonObject { ["attributes"] = new JsonArray(Attribute("service.name", "made-by-test")) },
                    ["scopeSpans"] = new JsonArray(
                        new JsonObject
                        {
                            ["scope"] = new JsonObject { ["name"] = "test" },
                            ["spans"] = spans,
                        }
                    ),
                }
            ),
        };
    }

    public static JsonObject Attribute(string key, string value) =>
        new()
        {
            ["key"] = key,
            ["value"] = new JsonObject { ["stringValue"] = value },
        };

    public static string NewTraceId() => Guid.NewGuid().ToString("N");

    private static string SpanId(int index) => (index + 1).ToString("x16", CultureInfo.InvariantCulture);

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, JsonObject trace, CancellationToken cancellationToken = default) =>
        client.PostAsync("/v1/traces", new StringContent(trace.ToJsonString(), Encoding.UTF8, "application/json"), cancellationToken);
}
