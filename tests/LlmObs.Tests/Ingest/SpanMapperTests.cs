using LlmObs.Domain.Spans;
using LlmObs.Ingest;
using static LlmObs.Tests.Ingest.Mapped;
using SpanKind = LlmObs.Domain.Spans.SpanKind;

namespace LlmObs.Tests.Ingest;

/// <summary>One field at a time: forms that the captured runs do not have.</summary>
public sealed class SpanMapperTests
{
    [Theory]
    [InlineData("gen_ai.operation.name", "invoke_agent", SpanKind.Agent)]
    [InlineData("gen_ai.operation.name", "RERANK", SpanKind.Reranker)]
    [InlineData("gen_ai.tool.call.id", "call_1", SpanKind.Tool)]
    [InlineData("gen_ai.evaluation.name", "relevance", SpanKind.Evaluator)]
    [InlineData("db.system", "qdrant", SpanKind.Retriever)]
    [InlineData("db.system", "postgresql", SpanKind.Db)]
    [InlineData("url.full", "http://x", SpanKind.Http)]
    [InlineData("openinference.span.kind", "UNKNOWN", SpanKind.Other)]
    public void Tells_the_kind(string key, string value, SpanKind kind) => Assert.Equal(kind, Map(Spans.With((key, value))).Span.Kind);

    [Theory]
    [InlineData("openai.chat", "openai")]
    [InlineData("AZ.AI.OpenAI", "azure.ai.openai")]
    [InlineData("aws.bedrock", "aws.bedrock")]
    [InlineData("google_vertexai", "gcp.vertex_ai")]
    [InlineData("langchain", null)]
    public void Brings_providers_to_one_name(string sent, string? provider) =>
        Assert.Equal(provider, Map(Spans.With(("gen_ai.system", sent))).Span.Provider);

    [Theory]
    [InlineData("""["stop","tool-calls"]""", "stop,tool_calls")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("end_turn, SAFETY", "stop,content_filter")]
    [InlineData("odd", "other")]
    public void Reads_finish_reasons_in_any_clothes(string sent, string reasons) =>
        Assert.Equal(reasons, string.Join(',', Map(Spans.With(("gen_ai.response.finish_reasons", sent))).Span.FinishReasons));

    [Fact]
    public void Adds_the_cached_part_when_a_service_counts_it_beside_the_input()
    {
        var usage = Map(
            Spans.With(("gen_ai.usage.input_tokens", 10), ("gen_ai.usage.output_tokens", 5), ("gen_ai.usage.cache_read.input_tokens", 100))
        ).Span.Usage;
        Assert.Equal(new TokenUsage(110, 5, 100, null, null, 115), usage);
    }

    [Fact]
    public void Missing_tokens_are_not_zero_and_nonsense_is_ignored()
    {
        Assert.Null(Map(Spans.With(("gen_ai.operation.name", "chat"))).Span.Usage);
        Assert.Null(Map(Spans.With(("gen_ai.usage.input_tokens", -1), ("gen_ai.usage.output_tokens", "many"))).Span.Usage);
        Assert.Equal(7, Map(Spans.With(("gen_ai.usage.prompt_tokens", "7"))).Span.Usage!.InputTokens);
    }

    [Theory]
    [InlineData("gen_ai.response.time_to_first_chunk", 0.5, 500.0)]
    [InlineData("gen_ai.response.time_to_first_token", 250_000_000.0, 250.0)]
    [InlineData("gen_ai.user.time_to_first_token", 0.25, 250.0)]
    [InlineData("gen_ai.response.time_to_first_chunk", 5000.0, null)]
    public void Reads_the_first_token_in_its_unit(string key, double value, double? ms) =>
        Assert.Equal(ms, Map(Spans.With((key, value))).Span.TimeToFirstTokenMs);

    [Fact]
    public void Reads_parameters_under_short_names_without_the_noise_of_float32() =>
        Assert.Equal(
            """{"encoding_formats":["a","b"],"max_tokens":64,"stop":["END"],"temperature":0.1}""",
            Map(
                Spans.With(
                    ("gen_ai.request.temperature", 0.10000000149011612),
                    ("gen_ai.request.max_tokens", 64),
                    ("gen_ai.request.stop_sequences", """["END"]"""),
                    ("gen_ai.request.encoding_formats", "a, b"),
                    ("gen_ai.request.model", "m")
                )
            ).Content.Parameters.Text
        );

    [Fact]
    public void Reads_messages_from_events_of_the_span()
    {
        var span = Spans.With(("gen_ai.operation.name", "chat"));
        span.Events.Add(Spans.Event("gen_ai.system.message", ("content", "Be brief.")));
        span.Events.Add(Spans.Event("gen_ai.user.message", ("gen_ai.event.content", """{"content":"你好？","role":"user"}""")));
        span.Events.Add(
            Spans.Event(
                "gen_ai.choice",
                ("index", 0),
                ("finish_reason", "tool_calls"),
                ("message", """{"role":"assistant"}"""),
                ("tool_calls", """[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]""")
            )
        );
        var record = Map(span);

        Assert.Equal(["system", "user", "assistant"], record.Content.Messages.Select(message => message.Role));
        Assert.Equal(["input", "input", "output"], record.Content.Messages.Select(message => message.Direction));
        Assert.Equal(["tool_calls"], record.Span.FinishReasons);
        Assert.Equal("你好？", record.Span.Question);
        Assert.Equal("""{"a":1}""", Assert.Single(record.Content.Messages[2].Parts).Arguments.Text);
        Assert.Equal(3, record.Content.Events.Count);
    }

    [Fact]
    public void Prefers_attributes_to_events_and_the_conversation_to_separate_instructions()
    {
        var span = Spans.With(
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.system_instructions", "Be brief."),
            (
                "gen_ai.input.messages",
                """[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},{"role":"user","parts":[{"type":"text","content":"Why?"}]}]"""
            )
        );
        span.Events.Add(Spans.Event("gen_ai.user.message", ("content", "Another question")));
        var messages = Map(span).Content.Messages;
        Assert.Equal(["input/system", "input/user"], messages.Select(message => $"{message.Direction}/{message.Role}"));
    }

    [Fact]
    public void Shows_messages_that_were_cut_as_the_text_they_are()
    {
        var message = Assert.Single(
            Map(Spans.With(("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", """[{"role":"user","par"""))).Content.Messages
        );
        Assert.StartsWith("[{", Assert.Single(message.Parts).Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Cleans_escapes_that_PostgreSQL_would_refuse()
    {
        var span = Spans.With(
            ("gen_ai.operation.name", "chat"),
            (
                "gen_ai.output.messages",
                """[{"role":"assistant","parts":[{"type":"text","content":"a\u0000b\ud800c"},{"type":"tool_call","id":"1","name":"f","arguments":{"x":"\u0000"}}]}]"""
            )
        );
        var parts = Assert.Single(Map(span).Content.Messages).Parts;
        Assert.Equal("a\uFFFDb\uFFFDc", parts[0].Content);
        Assert.Equal("{\"x\":\"\uFFFD\"}", parts[1].Arguments.Text);
    }

    [Fact]
    public void Takes_an_exception_event_of_a_model_call_for_an_error()
    {
        var span = Spans.With(("gen_ai.operation.name", "chat"));
        span.Events.Add(Spans.Event("exception", ("exception.type", "TimeoutError"), ("exception.message", "too slow")));
        var failed = Map(span).Span;
        Assert.Equal((SpanStatus.Error, "TimeoutError", "too slow"), (failed.Status, failed.ErrorType, failed.StatusMessage));
    }

    [Fact]
    public void Cuts_what_is_beyond_the_limits_and_says_so()
    {
        var span = Spans.With(("first", new string('é', 1000)), ("second", 2), ("third", 3));
        var record = Map(span, new IngestOptions { MaxAttributesPerSpan = 2, MaxAttributeBytes = 1025 });
        Assert.Equal("{\"first\":\"" + new string('é', 512) + "\",\"second\":2}", record.Content.Attributes.Text);
        Assert.Contains(
            record.Content.Notes,
            note => note.Contains("first 2 of 3 attributes (Ingest:MaxAttributesPerSpan)", StringComparison.Ordinal)
        );
        Assert.Contains(record.Content.Notes, note => note.Contains("2000 bytes cut to 1025 (Ingest:MaxAttributeBytes)", StringComparison.Ordinal));
    }

    [Fact]
    public void Takes_the_first_of_several_request_ids_in_a_header() =>
        Assert.Equal("req-1", Map(Spans.With(("http.request.header.x-request-id", """["req-1"]"""))).Span.RequestId);
}
