using Google.Protobuf;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Ingest.Otlp.Protos;
using static LlmObs.Tests.Ingest.Mapped;
using SpanKind = LlmObs.Domain.Spans.SpanKind;

namespace LlmObs.Tests.Ingest;

/// <summary>The eighteen traps of real GenAI payloads, one by one.</summary>
public sealed class MappingTrapsTests
{
    [Fact]
    public void Trap_01_usage_on_nested_spans_is_counted_once()
    {
        var agent = Spans.Child("a0", null, ("ai.operationId", "ai.streamText"), ("ai.usage.inputTokens", 8841), ("ai.usage.outputTokens", 370));
        var first = Spans.Child(
            "a1",
            "a0",
            ("ai.operationId", "ai.streamText.doStream"),
            ("gen_ai.usage.input_tokens", 4211),
            ("ai.usage.inputTokens", 4211),
            ("gen_ai.usage.output_tokens", 58)
        );
        var second = Spans.Child(
            "a2",
            "a0",
            ("ai.operationId", "ai.streamText.doStream"),
            ("gen_ai.usage.input_tokens", 4630),
            ("llm.token_count.prompt", 4630),
            ("gen_ai.usage.output_tokens", 312)
        );
        Assert.Equal((8841, 370), Tokens(agent, first, second));
        // Its children filtered out, the sum is all there is.
        Assert.Equal((8841, 370), Tokens(agent));
    }

    [Theory]
    [InlineData("""{"input":4211,"output":58,"total":4269,"input_cached_tokens":2176}""", 4211, 58, 2176)]
    [InlineData("""{"input":2035,"output":58,"total":4269,"input_cached_tokens":2176,"output_reasoning_tokens":0}""", 4211, 58, 2176)]
    [InlineData("""{"input":278,"output":181,"total":4942,"input_cache_read":4352,"output_reasoning":131}""", 4630, 312, 4352)]
    [InlineData("""{"input":10,"output":5,"input_cached_tokens":7}""", 17, 5, 7)]
    [InlineData("""{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":7}}""", 10, 5, 7)]
    [InlineData("""{"input_tokens":10,"output_tokens":5,"input_tokens_details":{"cached_tokens":7}}""", 10, 5, 7)]
    public void Trap_02_cached_tokens_within_the_input_or_beside_it(string map, long input, long output, long cached)
    {
        var usage = Map(("langfuse.observation.type", "generation"), ("langfuse.observation.usage_details", map)).Span.Usage!;
        Assert.Equal((input, output, cached, input + output), (usage.InputTokens, usage.OutputTokens, usage.CachedInputTokens, usage.TotalTokens));
    }

    [Theory]
    [InlineData("openinference-openai.http-protobuf")]
    [InlineData("traceloop-0.14.http-protobuf")]
    public void Trap_03_a_stream_without_usage_has_no_tokens_rather_than_none(string name)
    {
        var run = CapturedRun.Load(name);
        var silent = run.Spans().Where(record => record.Span is { Kind: SpanKind.Llm, Usage: null }).ToList();
        Assert.Equal(3, silent.Count);
        Assert.All(silent, record => Assert.Null(record.Span.Usage));
    }

    [Fact]
    public void Trap_04_failed_calls_without_a_span_leave_the_trace_whole()
    {
        var trace = Summary(CapturedRun.Load("openinference-openai.http-protobuf").Spans());
        Assert.Equal((19, 2), (trace.SpanCount, trace.ErrorCount));
        Assert.Equal("no such column: o.gmv_amount", trace.FirstError?.StatusMessage);
    }

    [Fact]
    public void Trap_05_a_root_that_never_comes_takes_nothing_with_it()
    {
        var spans = CapturedRun.Load("traceloop-0.14.http-protobuf").Spans();
        var whole = Summary(spans);
        var orphans = Summary([.. spans.Where(record => record.Span.ParentSpanId is not null)]);
        Assert.Equal(
            (whole.SessionId, whole.UserId, whole.Release, whole.Usage, whole.SpanCount - 1),
            (orphans.SessionId, orphans.UserId, orphans.Release, orphans.Usage, orphans.SpanCount)
        );
    }

    [Theory]
    [InlineData("vercel-ai-v6.http-json")]
    [InlineData("otel-openai.http-protobuf")]
    public void Trap_06_order_of_arrival_and_repeats_change_nothing(string name)
    {
        var run = CapturedRun.Load(name);
        var once = run.Merged();
        var again = run.Merged().Concat(once.Reverse()).DistinctBy(record => record.Span.SpanId).Reverse().ToList();
        Assert.Equal(Summary(once).Usage, Summary(again).Usage);
        Assert.Equal(Summary(once).Name, Summary(again).Name);
        Assert.Equal(run.LateContents().Select(late => late.Key), run.LateContents().Select(late => late.Key));
    }

    [Fact]
    public void Trap_07_errors_that_OTLP_does_not_call_errors()
    {
        Assert.Equal(
            (SpanStatus.Error, "no such table"),
            Outcome(("langfuse.observation.level", "ERROR"), ("langfuse.observation.status_message", "no such table"))
        );
        Assert.Equal(SpanStatus.Error, Outcome(("genkit:state", "error")).Status);
        Assert.Equal(SpanStatus.Unset, Outcome(("langfuse.observation.level", "WARNING")).Status);

        var withException = Spans.With(("gen_ai.operation.name", "chat"));
        withException.Events.Add(Spans.Event("exception", ("exception.type", "RateLimitError"), ("exception.message", "429 slow down")));
        Assert.Equal((SpanStatus.Error, "RateLimitError"), (Map(withException).Span.Status, Map(withException).Span.ErrorType));

        // And one that is called an error without any reason: what was sent is kept.
        var marked = Spans.With(("openinference.span.kind", "CHAIN"));
        marked.Status = new Status { Code = Status.Types.StatusCode.Error };
        Assert.Equal((SpanStatus.Error, null), (Map(marked).Span.Status, Map(marked).Span.StatusMessage));
    }

    [Fact]
    public void Trap_08_lists_times_and_results_in_quotes()
    {
        var span = Map(
            ("gen_ai.response.finish_reasons", """["stop"]"""),
            ("tag.tags", """["text2sql","beta"]"""),
            ("langfuse.observation.completion_start_time", "\"2026-11-23T08:07:09.250Z\"")
        ).Span;
        Assert.Equal(["stop"], span.FinishReasons);
        Assert.Equal(["text2sql", "beta"], span.Tags);
        Assert.Equal(250, span.TimeToFirstTokenMs);
        Assert.Equal(["a", "b"], Map(("langsmith.span.tags", "a, b")).Span.Tags);

        var tool = Map(("ai.operationId", "ai.toolCall"), ("ai.toolCall.name", "f"), ("ai.toolCall.result", "\"CREATE TABLE \\\"t\\\"\"")).Content;
        Assert.Equal(("CREATE TABLE \"t\"", "CREATE TABLE \"t\""), (tool.Output, tool.Tools[0].Result));
    }

    [Fact]
    public void Trap_09_documents_in_texts()
    {
        var record = Map(
            Spans.With(
                ("openinference.span.kind", "LLM"),
                ("metadata", """{"session_id":"s-1","user_id":"u-1","request_id":"r-1"}"""),
                (
                    "llm.invocation_parameters",
                    """{"model":"qwen-plus","temperature":0.1,"max_completion_tokens":9,"stop":["a"],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}"""
                ),
                ("ai.prompt.tools", new[] { """{"type":"function","name":"get_table_schema","description":"d","inputSchema":{"type":"object"}}""" })
            )
        );
        Assert.Equal(
            ("s-1", "u-1", "r-1", "qwen-plus"),
            (record.Span.SessionId, record.Span.UserId, record.Span.RequestId, record.Span.RequestedModel)
        );
        Assert.Equal("""{"max_tokens":9,"stop":["a"],"temperature":0.1}""", record.Content.Parameters.Text);
        Assert.Equal(
            ("get_table_schema", """{"type":"object"}"""),
            (Assert.Single(record.Content.Tools).Name, record.Content.Tools[0].Parameters.Text)
        );
    }

    [Fact]
    public void Trap_10_a_key_without_a_value_says_nothing()
    {
        var span = Spans.With(("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"));
        span.Attributes.Add(new KeyValue { Key = "session.id", Value = new AnyValue() });
        span.Attributes.Add(new KeyValue { Key = "user.id" });
        span.Attributes.Add(new KeyValue { Key = "llm.input_messages.0.message.contents.0.message_content.image", Value = new AnyValue() });
        var record = Map(span);
        Assert.Equal((null, null), (record.Span.SessionId, record.Span.UserId));
        Assert.Empty(record.Content.Messages);
    }

    [Fact]
    public void Trap_11_a_prompt_said_three_times_is_kept_once()
    {
        var record = Map(
            ("openinference.span.kind", "LLM"),
            ("llm.prompt_template.template", "Be brief."),
            ("input.value", """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}]}"""),
            ("gen_ai.prompt.0.role", "user"),
            ("gen_ai.prompt.0.content", "Why?"),
            ("llm.input_messages.0.message.role", "system"),
            ("llm.input_messages.0.message.content", "Be brief."),
            ("llm.input_messages.1.message.role", "user"),
            ("llm.input_messages.1.message.content", "Why?")
        );
        Assert.Equal(["system: Be brief.", "user: Why?"], record.Content.Messages.Select(message => $"{message.Role}: {message.Parts[0].Content}"));
    }

    [Fact]
    public void Trap_12_words_that_mislead()
    {
        Assert.Equal(SpanKind.Retriever, Map(("langsmith.span.kind", "retriever"), ("gen_ai.operation.name", "embeddings")).Span.Kind);
        Assert.Equal("openai", Map(("gen_ai.system", "OpenAI")).Span.Provider);
        Assert.Equal("openai", Map(("gen_ai.system", "openai.chat")).Span.Provider);
        Assert.Equal(["tool_calls"], Map(("gen_ai.response.finish_reasons", "tool_call")).Span.FinishReasons);
        Assert.Equal(["tool_calls"], Map(("ai.response.finishReason", "tool-calls")).Span.FinishReasons);
    }

    [Theory]
    [InlineData("unknown_service:node", "copilot", "copilot")]
    [InlineData("laminar-tracer-resource", "copilot", "copilot")]
    [InlineData("nl2sql-copilot", "copilot", "nl2sql-copilot")]
    public void Trap_13_a_service_name_that_the_library_made_up(string resource, string own, string service) =>
        Assert.Equal(
            service,
            Map(Spans.With(("service.name", own)), resource: new Resource { Attributes = { Spans.Pair("service.name", resource) } }).Span.Service
        );

    [Fact]
    public void Trap_14_two_spans_of_one_name_nested_are_told_apart_by_id()
    {
        var outer = Spans.Child("b0", null, ("gen_ai.operation.name", "embeddings"), ("gen_ai.usage.input_tokens", 37));
        var inner = Spans.Child("b1", "b0", ("gen_ai.operation.name", "embeddings"), ("gen_ai.usage.input_tokens", 37));
        Assert.Equal((37, null), Tokens(outer, inner));
        Assert.Null(Map(inner).Content.ScopeVersion);
    }

    [Theory]
    [InlineData(SpanKind.Http, "http.request.method", "POST")]
    [InlineData(SpanKind.Http, "url.full", "https://api.openai.com/v1/chat/completions")]
    [InlineData(SpanKind.Db, "db.query.text", "SELECT 1")]
    public void Trap_15_instrumented_requests_below_a_model_call_are_no_model_calls(SpanKind kind, string key, string value) =>
        Assert.Equal(kind, Map((key, value), ("server.address", "api.openai.com"), ("server.port", 443)).Span.Kind);

    [Fact]
    public void Trap_16_any_script_and_markup_is_kept_and_cut_between_characters()
    {
        const string text = "**结论** 🧮 &lt;b&gt; ```sql\nSELECT 1\n``` {\"a\":\"{\\\"b\\\":1}\"}";
        var record = Map(("gen_ai.operation.name", "chat"), ("gen_ai.prompt.0.role", "user"), ("gen_ai.prompt.0.content", text));
        Assert.Equal(text, Assert.Single(record.Content.Messages).Parts[0].Content);

        var cut = Map(Spans.With(("input.value", string.Concat(Enumerable.Repeat("🧮", 1000)))), new() { MaxAttributeBytes = 1026 });
        Assert.Equal(string.Concat(Enumerable.Repeat("🧮", 256)), cut.Content.Input);
    }

    [Fact]
    public void Trap_17_a_tool_result_that_the_next_call_repeats_is_one_execution()
    {
        var spans = CapturedRun.Load("dotnet-meai.http-protobuf").Spans();
        Assert.Single(spans, record => record.Span is { Kind: SpanKind.Tool, Name: "get_table_schema" });
        Assert.Contains(
            spans,
            record =>
                record.Span.Kind == SpanKind.Llm
                && record.Content.Messages.Any(message => message.Parts.Any(part => part is { Type: "tool_result", Id: "call_schema_01" }))
        );
    }

    [Theory]
    [InlineData("openinference-openai.grpc-gzip", "openinference-openai.http-json-gzip", "openinference-openai.http-protobuf")]
    [InlineData("traceloop-0.14.grpc", "traceloop-0.14.http-json", "traceloop-0.14.http-protobuf")]
    [InlineData("vercel-ai-v6.http-json", "vercel-ai-v6.http-protobuf", "vercel-ai-v6.http-json")]
    public void Trap_18_transport_encoding_and_client_change_nothing(string first, string second, string third)
    {
        Assert.Equal(Fingerprints(first), Fingerprints(second));
        Assert.Equal(Fingerprints(first), Fingerprints(third));
    }

    private static List<string> Fingerprints(string name) =>
        [
            .. CapturedRun
                .Load(name)
                .Spans()
                .Select(record =>
                    string.Join(
                        '|',
                        record.Span.RawName,
                        record.Span.Name,
                        record.Span.Kind,
                        record.Span.Status,
                        record.Span.RequestedModel,
                        record.Span.Model,
                        record.Span.Usage,
                        record.Span.SessionId,
                        string.Join(',', record.Span.FinishReasons),
                        string.Join(',', record.Span.Tags),
                        record.Content.Parameters,
                        string.Join(
                            '¶',
                            record.Content.Messages.Select(message => $"{message.Direction}/{message.Role}/{string.Join('§', message.Parts)}")
                        ),
                        string.Join('¶', record.Content.Documents),
                        string.Join('¶', record.Content.Tools)
                    )
                )
                .Order(StringComparer.Ordinal),
        ];

    private static (SpanStatus Status, string? Message) Outcome(params (string, object)[] attributes)
    {
        var span = Map(attributes).Span;
        return (span.Status, span.StatusMessage);
    }

    private static (long?, long?) Tokens(params LlmObs.Ingest.Otlp.Protos.Span[] spans)
    {
        var usage = Summary([.. spans.Select(span => Map(span))]).Usage;
        return (usage?.InputTokens, usage?.OutputTokens);
    }

    private static TraceSummary Summary(IReadOnlyList<SpanRecord> records) => TraceRollup.Summarise([.. records.Select(record => record.Span)]);
}
