using System.Net.Http.Headers;
using System.Text.Json;

namespace LlmObs.Explorer.Bench;

/// <summary>Sends traces of ten spans, spread over the last twenty hours, as OTLP/JSON: questions in two languages, 500 users, four models, one request of 25 failing.</summary>
internal sealed class SpanFill(Uri ingest)
{
    /// <summary>One trace, and who asked in which session, that is always among them.</summary>
    public const string KnownTrace = "0123456789abcdef0123456789abcdef";
    private const int KnownUser = 42;
    private const int KnownSession = 7;

    private const int SpansOfTrace = 10;
    private const int TracesOfBatch = 20;
    private const int Senders = 4;

    private static readonly string[] Models = ["qwen3-max", "qwen-plus", "deepseek-chat", "gpt-5.1"];
    private static readonly string[] Questions =
    [
        "查询华东大区第三季度销售额最高的 10 家门店，并给出退款率",
        "最近 30 天每天的退款率是多少？",
        "Which 5 brands grew revenue fastest month over month?",
        "昨天各门店的订单数和客单价",
        "List orders over 10000 yuan that were cancelled after payment",
    ];

    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();

    public async Task RunAsync(int spans)
    {
        using var client = new HttpClient { BaseAddress = ingest };
        var batches = spans / (SpansOfTrace * TracesOfBatch);
        await Parallel.ForAsync(
            0,
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = Senders },
            async (batch, cancellationToken) =>
            {
                using var content = new ByteArrayContent(Body(batch)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                using var answer = await client.PostAsync("/v1/traces", content, cancellationToken);
                answer.EnsureSuccessStatusCode();
            }
        );
    }

    private byte[] Body(int batch)
    {
        var random = new Random(batch);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceSpans");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            json.WriteStartArray("attributes");
            Attribute(json, "service.name", $"copilot-{batch % 3}");
            Attribute(json, "service.version", $"2026.{batch % 4}");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("scopeSpans");
            json.WriteStartObject();
            json.WriteStartArray("spans");
            for (var trace = 0; trace < TracesOfBatch; trace++)
            {
                Trace(json, random, isKnown: batch == 0 && trace == 0);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private void Trace(Utf8JsonWriter json, Random random, bool isKnown)
    {
        var traceId = isKnown ? KnownTrace : $"{random.NextInt64():x16}{random.NextInt64():x16}";
        var root = $"{random.NextInt64():x16}";
        var start = now.AddSeconds(-random.Next(20 * 3600)).ToUnixTimeMilliseconds() * 1_000_000;
        var (user, session) = isKnown ? (KnownUser, KnownSession) : (random.Next(500), random.Next(20));
        var (question, isBad) = (Questions[random.Next(Questions.Length)], random.Next(25) == 0);
        for (var i = 0; i < SpansOfTrace; i++)
        {
            json.WriteStartObject();
            json.WriteString("traceId", traceId);
            json.WriteString("spanId", i == 0 ? root : $"{random.NextInt64():x16}");
            if (i > 0)
            {
                json.WriteString("parentSpanId", root);
            }

            json.WriteString("name", i == 0 ? "问数" : $"step {i}");
            json.WriteNumber("kind", 1);
            json.WriteString("startTimeUnixNano", $"{start + i * 100_000_000L}");
            json.WriteString("endTimeUnixNano", $"{start + i * 100_000_000L + random.Next(5_000, 2_000_000) * 1000L}");
            json.WriteStartArray("attributes");
            Attribute(json, "session.id", $"s-{user}-{session}");
            Attribute(json, "user.id", $"u-{user}");
            Attribute(json, "input.value", question);
            if (i is 3 or 6)
            {
                Attribute(json, "gen_ai.operation.name", "chat");
                Attribute(json, "gen_ai.request.model", Models[random.Next(Models.Length)]);
                Attribute(
                    json,
                    "output.value",
                    $"SELECT store, SUM(amount) FROM orders WHERE region = '华东' GROUP BY store LIMIT {random.Next(100)}"
                );
            }

            json.WriteEndArray();
            if (isBad && i is 0 or 7)
            {
                json.WriteStartObject("status");
                json.WriteNumber("code", isBad ? 2 : 1);
                json.WriteString("message", isBad ? "no such column: o.gmv_amount" : "");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }

    private static void Attribute(Utf8JsonWriter json, string key, string value)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteStartObject("value");
        json.WriteString("stringValue", value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
