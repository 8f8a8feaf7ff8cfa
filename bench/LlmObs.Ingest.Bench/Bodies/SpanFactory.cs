using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>Makes spans as an instrumented text-to-SQL application sends them: of ten, seven calls of a model, two of a tool, one retrieval.</summary>
/// <param name="textBytes">Prompt text in each span, in UTF-8.</param>
internal sealed class SpanFactory(Passages passages, Random random, int textBytes)
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Models = ["gpt-5.1", "qwen3-max", "claude-sonnet-4-5", "deepseek-v3.2"];
    private ByteString trace = ByteString.Empty;
    private ByteString root = ByteString.Empty;
    private readonly ulong startUnixNano = (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>One export of so many spans. The ids are random: <see cref="SpanBody"/> finds them by that and stamps its own over them.</summary>
    public ExportTraceServiceRequest Request(int spanCount)
    {
        var scope = new ScopeSpans
        {
            Scope = new() { Name = "opentelemetry.instrumentation.openai", Version = "2.1.0" },
        };
        for (var i = 0; i < spanCount; i++)
        {
            scope.Spans.Add(Span(i));
        }

        return new()
        {
            ResourceSpans =
            {
                new ResourceSpans
                {
                    Resource = new()
                    {
                        Attributes =
                        {
                            Text("service.name", "sql-copilot"),
                            Text("service.version", "1.4.2"),
                            Text("deployment.environment.name", "production"),
                            Text("telemetry.sdk.language", "python"),
                            Text("telemetry.sdk.name", "opentelemetry"),
                            Text("telemetry.sdk.version", "1.38.0"),
                            Text("host.name", "copilot-7d9f5c6b8-x2x4q"),
                        },
                    },
                    ScopeSpans = { scope },
                },
            },
        };
    }

    private Span Span(int number)
    {
        // Ten spans to a trace, the first above the others.
        var isRoot = number % 10 == 0;
        var id = RandomId(8);
        (trace, root) = isRoot ? (RandomId(16), id) : (trace, root);
        var start = startUnixNano + (ulong)random.Next(1_000_000_000);
        var span = new Span
        {
            TraceId = trace,
            SpanId = id,
            ParentSpanId = isRoot ? ByteString.Empty : root,
            Kind = Otlp.Protos.Span.Types.SpanKind.Client,
            StartTimeUnixNano = start,
            EndTimeUnixNano = start + (ulong)random.Next(50_000_000, 2_000_000_000),
            Status = new() { Code = Status.Types.StatusCode.Ok },
            Attributes =
            {
                Text("session.id", $"session-{random.Next(500)}"),
                Text("user.id", $"user-{random.Next(200)}"),
                Text("request.id", $"req-{random.NextInt64():x16}"),
            },
        };
        switch (number % 10)
        {
            case 3 or 8:
                ToolCall(span);
                break;
            case 5:
                Retrieval(span);
                break;
            default:
                ModelCall(span);
                break;
        }

        return span;
    }

    private void ModelCall(Span span)
    {
        var model = Models[random.Next(Models.Length)];
        span.Name = $"chat {model}";
        span.Attributes.Add([
            Text("gen_ai.operation.name", "chat"),
            Text("gen_ai.provider.name", "openai"),
            Text("gen_ai.request.model", model),
            Text("gen_ai.response.model", model),
            Text("gen_ai.response.id", $"chatcmpl-{random.NextInt64():x16}"),
            Number("gen_ai.request.max_tokens", 2048),
            new()
            {
                Key = "gen_ai.request.temperature",
                Value = new() { DoubleValue = 0.2 },
            },
            Number("gen_ai.usage.input_tokens", random.Next(500, 3000)),
            Number("gen_ai.usage.output_tokens", random.Next(50, 800)),
            new()
            {
                Key = "gen_ai.response.finish_reasons",
                Value = new() { ArrayValue = new() { Values = { new AnyValue { StringValue = "stop" } } } },
            },
            Json("gen_ai.system_instructions", new[] { Part(textBytes / 4) }),
            Json("gen_ai.input.messages", new[] { new { role = "user", parts = new[] { Part(textBytes / 2) } } }),
            Json(
                "gen_ai.output.messages",
                new[]
                {
                    new
                    {
                        role = "assistant",
                        parts = new[] { Part(textBytes / 4) },
                        finish_reason = "stop",
                    },
                }
            ),
        ]);
    }

    private void ToolCall(Span span)
    {
        span.Name = "execute_tool run_sql";
        span.Attributes.Add([
            Text("gen_ai.operation.name", "execute_tool"),
            Text("gen_ai.tool.name", "run_sql"),
            Text("gen_ai.tool.call.id", $"call_{random.NextInt64():x16}"),
            Text("gen_ai.tool.type", "function"),
            Json("gen_ai.tool.call.arguments", new { sql = passages.Take(random, textBytes / 4), limit = 100 }),
            Json("gen_ai.tool.call.result", new { rows = passages.Take(random, textBytes * 3 / 4) }),
        ]);
    }

    private void Retrieval(Span span)
    {
        span.Name = "retrieval knowledge";
        span.Attributes.Add([
            Text("gen_ai.operation.name", "retrieval"),
            Text("gen_ai.data_source.id", "knowledge"),
            Text("gen_ai.retrieval.query.text", passages.Take(random, textBytes / 8)),
            Json(
                "gen_ai.retrieval.documents",
                Enumerable
                    .Range(0, 4)
                    .Select(rank => new
                    {
                        id = $"doc-{random.Next(10_000)}",
                        score = 0.9 - (rank / 10.0),
                        content = passages.Take(random, textBytes / 5),
                    })
            ),
        ]);
    }

    private object Part(int bytes) => new { type = "text", content = passages.Take(random, bytes) };

    private ByteString RandomId(int length)
    {
        var id = new byte[length];
        random.NextBytes(id);
        return ByteString.CopyFrom(id);
    }

    private static KeyValue Text(string key, string value) =>
        new()
        {
            Key = key,
            Value = new() { StringValue = value },
        };

    private static KeyValue Number(string key, long value) =>
        new()
        {
            Key = key,
            Value = new() { IntValue = value },
        };

    private static KeyValue Json(string key, object value) => Text(key, JsonSerializer.Serialize(value, Readable));
}
