using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.IntegrationTests.Support;

/// <summary>Spans for tests: small unless a test says otherwise, started now.</summary>
public static class Spans
{
    public static string TraceId() => Guid.NewGuid().ToString("N");

    public static string SpanId() => Guid.NewGuid().ToString("N")[..16];

    public static long Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    public static SpanRecord Chat(string? traceId = null, string? spanId = null, string? parent = null, long? start = null) =>
        new(
            new()
            {
                TraceId = traceId ?? TraceId(),
                SpanId = spanId ?? SpanId(),
                ParentSpanId = parent,
                Name = "chat",
                RawName = "chat qwen-max",
                Kind = SpanKind.Llm,
                StartUnixNano = start ?? Now(),
                DurationNano = 1_500_000_000,
                Service = "copilot",
            },
            SpanContent.Empty
        );

    public static SpanRecord With(this SpanRecord record, Func<Span, Span> change) => record with { Span = change(record.Span) };

    public static SpanRecord Saying(this SpanRecord record, string input) => record with { Content = record.Content with { Input = input } };

    /// <summary>A span in which every field is set, each to a value of its own.</summary>
    public static SpanRecord Full() =>
        new(
            new()
            {
                TraceId = TraceId(),
                SpanId = SpanId(),
                ParentSpanId = SpanId(),
                Name = "诊断",
                RawName = "diagnose \"raw\"",
                Kind = SpanKind.Tool,
                Status = SpanStatus.Error,
                StatusMessage = "column \"amout\" does not exist",
                ErrorType = "42703",
                StartUnixNano = Now() + 7,
                DurationNano = 123_456_789,
                OtelKind = "client",
                Service = "copilot",
                Host = "host-1",
                Environment = "production",
                Release = "2026.11",
                Version = "1.2.3",
                Tags = ["a", "with \"quotes\"", @"back\slash", "{braces},", "", "NULL", "中文"],
                SessionId = "session-1",
                UserId = "user-1",
                RequestId = "request-1",
                Operation = "execute_tool",
                Provider = "aliyun",
                RequestedModel = "qwen",
                Model = "qwen-max-2026",
                Usage = new(10, 20, 3, 4, 5, 30),
                Cost = new(0.0001m, 0.0002m, 0.0003m, "CNY", Provided: false),
                TimeToFirstTokenMs = 12.75,
                FinishReasons = ["stop", "tool_calls"],
                WorkflowName = "workflow",
                AgentName = "agent",
                PromptName = "prompt",
                PromptVersion = "7",
                ResponseId = "response-1",
                Question = "上个月的销售额？",
            },
            new()
            {
                Input = "in",
                Output = "out",
                Messages =
                [
                    new("system", "system", [MessagePart.Text("Be brief.")]),
                    new(
                        "input",
                        "user",
                        [
                            MessagePart.Text("问题"),
                            new("media", Modality: "image", MimeType: "image/png", Uri: "https://example.com/a.png", FileId: "f"),
                        ],
                        "Ann"
                    ),
                    new(
                        "output",
                        "assistant",
                        [
                            MessagePart.Reasoning("hm"),
                            MessagePart.ToolCall("c1", "sql", new("""{"q":"SELECT 1"}""")),
                            new("other") { Raw = new("[1,2]") },
                        ],
                        FinishReason: "stop"
                    ),
                    new("input", "tool", [MessagePart.ToolResult("c1", "sql", "1")]),
                ],
                RetrievalQuery = "schema",
                Documents = [new("d1", 0.5, "Title", "Content") { Metadata = new("""{"page":1}""") }],
                Tools = [new("sql", "function", "Runs SQL", "c1", "1") { Parameters = new("""{"type":"object"}"""), Arguments = new("""{"q":1}""") }],
                Parameters = new("""{"temperature":0.1}"""),
                Prompt = new("Answer {question}") { Variables = new("""{"question":"why"}""") },
                Events = [new("exception", 5, new("""{"exception.type":"X"}"""))],
                Links = [new(TraceId(), SpanId(), new("""{"a":1}"""))],
                Attributes = new("""{"a":1,"b":[true,null,"中"]}"""),
                Resource = new("""{"service.name":"copilot"}"""),
                ScopeName = "scope",
                ScopeVersion = "0.1",
                TraceState = "k=v",
                Notes = ["a note"],
            }
        );

    public static LateContent Late(SpanRecord span, string direction, string text, long time = 1) =>
        new(
            span.Span.TraceId,
            span.Span.SpanId,
            $"{direction}:{text}",
            new(direction, time, JsonText.EmptyObject),
            [new(direction, direction == "output" ? "assistant" : "user", [MessagePart.Text(text)])],
            [],
            null,
            null,
            null,
            []
        );
}
