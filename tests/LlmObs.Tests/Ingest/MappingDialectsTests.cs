using System.Globalization;
using LlmObs.Domain.Spans;
using static LlmObs.Tests.Ingest.Mapped;
using SpanKind = LlmObs.Domain.Spans.SpanKind;

namespace LlmObs.Tests.Ingest;

/// <summary>Dialects of which there is no capture, as their documents and sources describe them, and spans that speak several at once.</summary>
public sealed class MappingDialectsTests
{
    [Theory]
    [InlineData("langfuse.observation.type", "generation", SpanKind.Llm)]
    [InlineData("langfuse.observation.type", "span", SpanKind.Task)]
    [InlineData("gen_ai.span.kind", "ENTRY", SpanKind.Workflow)]
    [InlineData("gen_ai.span.kind", "STEP", SpanKind.Task)]
    [InlineData("traceloop.span.kind", "workflow", SpanKind.Workflow)]
    [InlineData("langsmith.span.kind", "parser", SpanKind.Task)]
    [InlineData("mastra.span.type", "workflow_conditional", SpanKind.Task)]
    [InlineData("mastra.span.type", "model_generation", SpanKind.Chain)]
    [InlineData("lmnr.span.type", "CACHED", SpanKind.Llm)]
    [InlineData("lmnr.span.type", "DEFAULT", SpanKind.Other)]
    [InlineData("genkit:type", "flowStep", SpanKind.Task)]
    [InlineData("genkit:metadata:subtype", "tool.v2", SpanKind.Tool)]
    [InlineData("operation.name", "ai.streamText.doStream summarise", SpanKind.Llm)]
    [InlineData("llm.request.type", "rerank", SpanKind.Reranker)]
    [InlineData("mlflow.spanType", "\"CHAT_MODEL\"", SpanKind.Llm)]
    [InlineData("mcp.method.name", "tools/call", SpanKind.Tool)]
    public void Each_dialects_word_for_a_kind(string key, string value, SpanKind kind) => Assert.Equal(kind, Map((key, value)).Span.Kind);

    [Fact]
    public void The_loop_over_tools_of_Microsoft_Extensions_AI_is_a_chain_under_any_source_name()
    {
        var span = Spans.With(("gen_ai.request.model", "m"), ("gen_ai.usage.input_tokens", 8841), ("gen_ai.usage.output_tokens", 370));
        span.Name = "orchestrate_tools";
        Assert.Equal(SpanKind.Chain, Map(span, scope: "MyCompany.Copilot").Span.Kind);
    }

    [Theory]
    [InlineData("llm.prompt_template.template", "llm.prompt_template.variables")]
    [InlineData("traceloop.prompt.template", "traceloop.prompt.template_variables")]
    public void The_template_of_a_prompt_and_what_was_filled_in(string template, string variables)
    {
        var prompt = Map((template, "Write SQL for {question}."), (variables, """{"question":"上月 GMV"}""")).Content.Prompt!;
        Assert.Equal(("Write SQL for {question}.", """{"question":"上月 GMV"}"""), (prompt.Template, prompt.Variables.Text));
        Assert.Null(Map((variables, "no document")).Content.Prompt);
        Assert.Null(Map(("gen_ai.operation.name", "chat")).Content.Prompt);
    }

    [Fact]
    public void Genkit()
    {
        var record = Map(
            ("genkit:type", "action"),
            ("genkit:metadata:subtype", "model"),
            ("genkit:name", "openai/gpt-4o"),
            ("genkit:path", "/{menuFlow,t:flow}/{generate,t:util}/{openai/gpt-4o,t:action,s:model}"),
            (
                "genkit:input",
                """{"messages":[{"role":"system","content":[{"text":"Be brief."}]},{"role":"user","content":[{"text":"Menu?"}]},{"role":"tool","content":[{"toolResponse":{"name":"menu","ref":"c1","output":{"soup":3}}}]}],"config":{"temperature":0.5,"maxOutputTokens":64},"tools":[{"name":"menu","inputSchema":{"type":"object"}}]}"""
            ),
            (
                "genkit:output",
                """{"message":{"role":"model","content":[{"reasoning":"hm"},{"text":"Soup."},{"toolRequest":{"name":"menu","ref":"c2","input":{"day":1}}}]},"finishReason":"stop","usage":{"inputTokens":12,"outputTokens":7,"thoughtsTokens":2},"raw":{"model":"gpt-4o-2024","id":"cmpl-1"}}"""
            )
        );
        var span = record.Span;
        Assert.Equal(
            (SpanKind.Llm, "openai", "gpt-4o", "gpt-4o-2024", "cmpl-1", "menuFlow"),
            (span.Kind, span.Provider, span.RequestedModel, span.Model, span.ResponseId, span.WorkflowName)
        );
        Assert.Equal(new TokenUsage(12, 7, null, null, 2, 19), span.Usage);
        Assert.Equal("""{"max_tokens":64,"temperature":0.5}""", record.Content.Parameters.Text);
        Assert.Equal(["system", "user", "tool", "assistant"], record.Content.Messages.Select(message => message.Role));
        Assert.Equal(("menu", "c1", """{"soup":3}"""), Result(record.Content.Messages[2].Parts[0]));
        Assert.Equal(["reasoning", "text", "tool_call"], record.Content.Messages[3].Parts.Select(part => part.Type));
        Assert.Equal("menu", Assert.Single(record.Content.Tools).Name);
    }

    [Fact]
    public void LangSmith_writes_the_whole_request_and_response()
    {
        var record = Map(
            ("langsmith.span.kind", "llm"),
            ("langsmith.trace.name", "ChatOpenAI"),
            ("langsmith.metadata.ls_provider", "openai"),
            ("langsmith.metadata.ls_max_tokens", "1024"),
            ("langsmith.metadata.thread_id", "t-1"),
            ("gen_ai.system", "langchain"),
            (
                "gen_ai.prompt",
                """{"messages":[[{"lc":1,"type":"constructor","id":["langchain_core","messages","SystemMessage"],"kwargs":{"content":"Be brief."}},{"lc":1,"type":"constructor","id":["langchain_core","messages","HumanMessage"],"kwargs":{"content":"Why?"}}]],"model":"gpt-4o"}"""
            ),
            (
                "gen_ai.completion",
                """{"generations":[[{"text":"Because.","message":{"lc":1,"type":"constructor","id":["langchain_core","messages","AIMessage"],"kwargs":{"content":"Because.","tool_calls":[{"name":"f","args":{"a":1},"id":"c1"}]}}}]],"model":"gpt-4o-2024"}"""
            ),
            ("langsmith.usage_metadata", """{"input_tokens":10,"output_tokens":5}""")
        );
        Assert.Equal(
            (SpanKind.Llm, "ChatOpenAI", "t-1", "gpt-4o", "gpt-4o-2024"),
            (record.Span.Kind, record.Span.Name, record.Span.SessionId, record.Span.RequestedModel, record.Span.Model)
        );
        Assert.Equal((10, 5), (record.Span.Usage!.InputTokens, record.Span.Usage.OutputTokens));
        Assert.Equal(
            ["system: Be brief.", "user: Why?", "assistant: Because."],
            record.Content.Messages.Select(message => $"{message.Role}: {message.Parts[0].Content}")
        );
        Assert.Equal(("c1", "f", """{"a":1}"""), Call(record.Content.Messages[2].Parts[1]));
        Assert.Equal("""{"max_tokens":"1024"}""", record.Content.Parameters.Text);
    }

    [Fact]
    public void MLflow_quotes_every_value()
    {
        var record = Map(
            ("mlflow.spanType", "\"LLM\""),
            ("mlflow.trace.session", "\"s-1\""),
            ("mlflow.trace.user", "\"u-1\""),
            ("mlflow.spanInputs", """{"model":"m","messages":[{"role":"user","content":"Why?"}]}"""),
            ("mlflow.spanOutputs", """{"choices":[{"message":{"role":"assistant","content":"Because."},"finish_reason":"length"}]}"""),
            ("mlflow.chat.tokenUsage", """{"input_tokens":3,"output_tokens":2,"total_tokens":5}""")
        );
        Assert.Equal(("s-1", "u-1", 3), (record.Span.SessionId, record.Span.UserId, record.Span.Usage!.InputTokens));
        Assert.Equal(["Why?", "Because."], record.Content.Messages.Select(message => message.Parts[0].Content));
        Assert.Equal(["length"], record.Span.FinishReasons);
    }

    [Fact]
    public void Laminar_and_OpenLIT()
    {
        var laminar = Map(
            ("lmnr.span.type", "LLM"),
            ("lmnr.association.properties.session_id", "s-1"),
            ("lmnr.association.properties.tags", new[] { "a" }),
            ("lmnr.span.path", new[] { "report", "summary" }),
            ("gen_ai.usage.input_cost", 0.25),
            ("gen_ai.usage.output_cost", 0.5),
            ("gen_ai.prompt.0.role", "user"),
            ("gen_ai.prompt.0.content", """[{"type":"text","text":"What is it?"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]"""),
            ("gen_ai.completion.0.content", "A cat.")
        );
        Assert.Equal(("s-1", "report", 0.75m), (laminar.Span.SessionId, laminar.Span.WorkflowName, laminar.Span.Cost!.Total));
        Assert.Equal(["a"], laminar.Span.Tags);
        Assert.Equal(["text", "media"], laminar.Content.Messages[0].Parts.Select(part => part.Type));
        Assert.Equal("https://x/y.png", laminar.Content.Messages[0].Parts[1].Uri);

        var openLit = Map(
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.usage.cost", 0.001),
            ("gen_ai.system_instructions", """[{"type":"text","content":"Be brief."}]"""),
            (
                "gen_ai.input.messages",
                """[{"role":"system","parts":[{"type":"text","content":"Be brief."}]},{"role":"user","parts":[{"type":"text","content":"Why?"}]}]"""
            )
        );
        Assert.Equal(0.001m, openLit.Span.Cost!.Total);
        Assert.Equal(["system", "user"], openLit.Content.Messages.Select(message => message.Role));
    }

    [Fact]
    public void Mastra()
    {
        var record = Map(
            ("mastra.span.type", "model_generation"),
            ("mastra.metadata.threadId", "t-1"),
            ("mastra.metadata.userId", "u-1"),
            ("mastra.tags", """["a","b"]"""),
            ("mastra.model_generation.input", """{"messages":[{"role":"user","content":[{"type":"text","text":"Why?"}]}]}"""),
            ("mastra.model_generation.output", """{"text":"Because."}"""),
            ("mastra.completion_start_time", "2026-11-23T08:07:09.250Z")
        );
        Assert.Equal(
            (SpanKind.Chain, "t-1", "u-1", 250.0),
            (record.Span.Kind, record.Span.SessionId, record.Span.UserId, record.Span.TimeToFirstTokenMs)
        );
        Assert.Equal(["a", "b"], record.Span.Tags);
        Assert.Equal("Why?", record.Span.Question);
        Assert.Equal("""{"text":"Because."}""", record.Content.Output);
        Assert.Equal(SpanStatus.Error, Map(("mastra.span.type", "workflow_run"), ("mastra.workflow_run.status", "failed")).Span.Status);
    }

    [Fact]
    public void Pydantic_AI_and_Logfire()
    {
        var record = Map(
            ("gen_ai.operation.name", "chat"),
            ("logfire.msg", "chat gpt-4o"),
            (
                "events",
                """[{"event.name":"gen_ai.system.message","content":"Be brief.","role":"system"},{"event.name":"gen_ai.user.message","content":"Why?","role":"user"},{"event.name":"gen_ai.choice","index":0,"message":{"role":"assistant","content":"Because."}}]"""
            )
        );
        Assert.Equal("chat gpt-4o", record.Span.Name);
        Assert.Equal(
            ["system: Be brief.", "user: Why?", "assistant: Because."],
            record.Content.Messages.Select(message => $"{message.Role}: {message.Parts[0].Content}")
        );
        Assert.Equal(["input", "input", "output"], record.Content.Messages.Select(message => message.Direction));

        Assert.Empty(MapAll(Spans.With(("logfire.span_type", "pending_span"))));
    }

    [Fact]
    public void Google_ADK()
    {
        var call = Map(
            ("gen_ai.system", "gcp.vertex.agent"),
            ("gen_ai.request.model", "gemini-2.5-flash"),
            ("gcp.vertex.agent.session_id", "s-1"),
            (
                "gcp.vertex.agent.llm_request",
                """{"model":"gemini-2.5-flash","config":{"system_instruction":"Be brief.","tools":[{"function_declarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT"}}]}]},"contents":[{"role":"user","parts":[{"text":"Why?"}]},{"role":"model","parts":[{"function_call":{"id":"c1","name":"f","args":{"a":1}}}]},{"role":"user","parts":[{"function_response":{"id":"c1","name":"f","response":{"b":2}}}]}]}"""
            ),
            (
                "gcp.vertex.agent.llm_response",
                """{"content":{"role":"model","parts":[{"text":"Because."}]},"usage_metadata":{"prompt_token_count":9,"candidates_token_count":4}}"""
            )
        );
        Assert.Equal((SpanKind.Llm, "gcp.vertex_ai", "s-1"), (call.Span.Kind, call.Span.Provider, call.Span.SessionId));
        Assert.Equal((9, 4), (call.Span.Usage!.InputTokens, call.Span.Usage.OutputTokens));
        Assert.Equal(["system", "user", "assistant", "user", "assistant"], call.Content.Messages.Select(message => message.Role));
        Assert.Equal(("c1", "f", """{"a":1}"""), Call(call.Content.Messages[2].Parts[0]));
        Assert.Equal("f", Assert.Single(call.Content.Tools).Name);

        // "{}" is how it says that a tool span had no model call.
        var tool = Map(
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", "f"),
            ("gcp.vertex.agent.llm_request", "{}"),
            ("gcp.vertex.agent.tool_call_args", """{"a":1}"""),
            ("gcp.vertex.agent.tool_response", """{"b":2}""")
        );
        Assert.Equal(("""{"a":1}""", """{"b":2}"""), (tool.Content.Tools[0].Arguments.Text, tool.Content.Tools[0].Result));
        Assert.Empty(tool.Content.Messages);
    }

    [Fact]
    public void Alibaba_ARMS()
    {
        var span = Map(
            ("gen_ai.span.kind", "LLM"),
            ("gen_ai.model_name", "qwen-plus"),
            ("gen_ai.session.id", "s-1"),
            ("gen_ai.user.id", "u-1"),
            ("gen_ai.response.time_to_first_token", 250_000_000),
            ("gen_ai.usage.input_tokens", 5),
            ("gen_ai.usage.output_tokens", 2)
        ).Span;
        Assert.Equal(("qwen-plus", "s-1", "u-1", 250.0), (span.RequestedModel, span.SessionId, span.UserId, span.TimeToFirstTokenMs));
        Assert.Equal(SpanKind.Workflow, Map(("gen_ai.span.kind", "CHAIN-OF-OURS"), ("gen_ai.operation.name", "WORKFLOW")).Span.Kind);
        Assert.Equal("What sold best?", Map(("gen_ai.span.kind", "CHAIN"), ("input.value", "What sold best?")).Content.Input);
    }

    [Fact]
    public void Vercel_AI_SDK_7_speaks_the_convention_and_names_the_session_in_its_context()
    {
        var record = Map(
            ("gen_ai.operation.name", "invoke_agent"),
            ("ai.telemetry.functionId", "analyst"),
            ("ai.settings.context.sessionId", "s-1"),
            ("ai.settings.context.userId", "u-1"),
            ("gen_ai.system_instructions", "Be brief."),
            ("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"Why?"}]}]""")
        );
        Assert.Equal((SpanKind.Agent, "analyst", "s-1", "u-1"), (record.Span.Kind, record.Span.AgentName, record.Span.SessionId, record.Span.UserId));
        Assert.Equal(["system", "user"], record.Content.Messages.Select(message => message.Role));
    }

    [Fact]
    public void Newer_Traceloop_keeps_tools_in_the_form_of_the_API()
    {
        var record = Map(
            ("traceloop.span.kind", "agent"),
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.conversation.id", "s-1"),
            ("gen_ai.tool.definitions", """[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]""")
        );
        Assert.Equal((SpanKind.Agent, "s-1", "f"), (record.Span.Kind, record.Span.SessionId, record.Content.Tools[0].Name));
    }

    [Fact]
    public void Responses_of_OpenAI_are_one_answer()
    {
        var record = Map(
            ("openinference.span.kind", "LLM"),
            (
                "input.value",
                """{"model":"m","instructions":"Be brief.","input":[{"role":"user","content":[{"type":"input_text","text":"Why?"}]},{"type":"function_call","call_id":"c0","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c0","output":"42"}]}"""
            ),
            (
                "output.value",
                """{"model":"m-1","output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Because."}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}],"usage":{"input_tokens":8,"output_tokens":3}}"""
            )
        );
        Assert.Equal(["system", "user", "assistant", "tool", "assistant"], record.Content.Messages.Select(message => message.Role));
        Assert.Equal(["reasoning", "text", "tool_call"], record.Content.Messages[^1].Parts.Select(part => part.Type));
        Assert.Equal(
            (8, 3, "m", "m-1"),
            (record.Span.Usage!.InputTokens, record.Span.Usage.OutputTokens, record.Span.RequestedModel, record.Span.Model)
        );
    }

    [Fact]
    public void Blocks_of_Anthropic()
    {
        var record = Map(
            ("langfuse.observation.type", "generation"),
            (
                "langfuse.observation.input",
                """{"system":"Be brief.","messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"tool_result","tool_use_id":"c0","content":"42"}]}]}"""
            ),
            (
                "langfuse.observation.output",
                """{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"c1","name":"f","input":{"a":1}}],"stop_reason":"tool_use"}"""
            )
        );
        Assert.Equal(["system", "user", "assistant"], record.Content.Messages.Select(message => message.Role));
        Assert.Equal(
            ("image/png", "data:image/png;base64,AAAA"),
            (record.Content.Messages[1].Parts[0].MimeType, record.Content.Messages[1].Parts[0].Uri)
        );
        Assert.Equal("42", record.Content.Messages[1].Parts[1].Content);
        Assert.Equal(["reasoning", "tool_call"], record.Content.Messages[2].Parts.Select(part => part.Type));
        Assert.Equal(["tool_calls"], record.Span.FinishReasons);
    }

    [Fact]
    public void Texts_that_OpenInference_embedded_are_its_input()
    {
        var (span, content) = Map(
            ("openinference.span.kind", "EMBEDDING"),
            ("embedding.embeddings.0.embedding.text", "订单表"),
            ("embedding.embeddings.1.embedding.text", "用户表")
        );

        Assert.Equal((SpanKind.Embedding, "订单表\n用户表"), (span.Kind, content.Input));
    }

    [Theory]
    [InlineData("completionStartTime", "2026-11-23T09:27:09.250Z")]
    [InlineData("langfuse.observation.completion_start_time", "\"2026-11-23T09:27:09.250Z\"")]
    [InlineData("mastra.completion_start_time", "2026-11-23T09:27:09.250Z")]
    [InlineData("gen_ai.response.time_to_first_chunk", 0.25)]
    [InlineData("gen_ai.response.time_to_first_token", 250_000_000)]
    [InlineData("ai.response.msToFirstChunk", 250.0)]
    public void Time_to_first_token_in_each_form(string key, object value)
    {
        var span = Spans.With((key, value));
        span.StartTimeUnixNano =
            (ulong)DateTimeOffset.Parse("2026-11-23T09:27:09Z", CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() * 1_000_000;
        span.EndTimeUnixNano = span.StartTimeUnixNano + 1_000_000_000;

        Assert.Equal(250.0, Map(span).Span.TimeToFirstTokenMs);
    }

    [Fact]
    public void Several_dialects_on_one_span_give_each_field_once()
    {
        var record = Map(
            ("ai.operationId", "ai.generateText.doGenerate"),
            ("openinference.span.kind", "LLM"),
            ("gen_ai.operation.name", "chat"),
            ("langfuse.observation.type", "generation"),
            ("gen_ai.usage.input_tokens", 10),
            ("llm.token_count.prompt", 10),
            ("ai.usage.inputTokens", 10),
            ("langfuse.observation.usage_details", """{"input":4,"output":2,"total":12,"input_cached_tokens":6}"""),
            ("gen_ai.usage.output_tokens", 2),
            ("ai.prompt.messages", """[{"role":"user","content":"Why?"}]"""),
            ("llm.input_messages.0.message.content", "Why?"),
            ("gen_ai.input.messages", """[{"role":"user","parts":[{"type":"text","content":"Why?"}]}]"""),
            ("session.id", "s-2"),
            ("langfuse.session.id", "s-1")
        );
        Assert.Equal(new TokenUsage(10, 2, 6, null, null, 12), record.Span.Usage);
        Assert.Equal("s-1", record.Span.SessionId);
        Assert.Equal("Why?", Assert.Single(record.Content.Messages).Parts[0].Content);
    }

    [Theory]
    [InlineData("429 Rate limit reached", "429")]
    [InlineData("HTTP 500: internal", "500")]
    [InlineData("Error code: 503 - overloaded", "503")]
    [InlineData("4290 rows", null)]
    public void Takes_the_HTTP_status_out_of_a_message(string message, string? type) =>
        Assert.Equal(type, Map(("langfuse.observation.level", "ERROR"), ("langfuse.observation.status_message", message)).Span.ErrorType);

    [Fact]
    public void What_a_reranker_was_given_stands_for_what_it_found_when_it_does_not_say()
    {
        (string, object)[] given = [("openinference.span.kind", "RERANKER"), ("reranker.input_documents.0.document.id", "given")];

        Assert.Equal(["given"], Map(given).Content.Documents.Select(document => document.Id));
        Assert.Equal(
            ["found"],
            Map([.. given, ("reranker.output_documents.0.document.id", "found")]).Content.Documents.Select(document => document.Id)
        );
    }

    [Fact]
    public void Flattened_lists_come_in_any_order_with_gaps()
    {
        var documents = Map(
            ("openinference.span.kind", "RETRIEVER"),
            ("retrieval.documents.11.document.id", "c"),
            ("retrieval.documents.2.document.id", "b"),
            ("retrieval.documents.1.document.id", "a"),
            ("retrieval.documents.1.document.metadata", """{"title":"T"}"""),
            ("input.value", "who?")
        ).Content;
        Assert.Equal(["a", "b", "c"], documents.Documents.Select(document => document.Id));
        Assert.Equal(("T", "who?"), (documents.Documents[0].Title, documents.RetrievalQuery));
    }

    [Fact]
    public void Keeps_the_first_numbers_of_a_vector_and_says_how_many_there_were()
    {
        var vector = $"[{string.Join(',', Enumerable.Repeat("0.5", 1024))}]";
        var record = Map(("ai.operationId", "ai.embed.doEmbed"), ("ai.embeddings", new[] { vector }), ("ai.values", new[] { "\"text\"" }));
        Assert.Contains(record.Content.Notes, note => note.Contains("first 64 of 1024 numbers", StringComparison.Ordinal));
        Assert.True(record.Content.Attributes.Text!.Length < 1000);
    }

    private static readonly string[] DocumentKeys =
    [
        "langfuse.observation.input",
        "langfuse.observation.output",
        "langfuse.observation.usage_details",
        "langfuse.observation.cost_details",
        "langfuse.observation.model.parameters",
        "llm.prompt_template.variables",
        "llm.invocation_parameters",
        "llm.tools.0.tool.json_schema",
        "retrieval.documents.0.document.metadata",
        "input.value",
        "output.value",
        "metadata",
        "genkit:input",
        "genkit:output",
        "gen_ai.prompt",
        "gen_ai.prompt.0.content",
        "gen_ai.prompt.0.tool_calls.0.arguments",
        "gen_ai.completion",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.retrieval.documents",
        "ai.prompt",
        "ai.prompt.messages",
        "ai.prompt.tools",
        "ai.response.toolCalls",
        "ai.embeddings",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "events",
        "mlflow.spanInputs",
        "mlflow.spanOutputs",
        "gcp.vertex.agent.llm_request",
        "gcp.vertex.agent.llm_response",
        "langsmith.usage_metadata",
    ];

    [Theory]
    [InlineData("""[1,null,"x",[],{},[[1]]]""")]
    [InlineData(
        """{"messages":{"a":1},"tools":[null,1,"{"],"choices":[null,1,{"message":null}],"usage":5,"model":{"a":[]},"documents":[null,{"content":[1]}]}"""
    )]
    [InlineData(
        """{"messages":[[[]],null,{"role":1,"content":[{"type":1},{"type":"image_url","image_url":7}]}],"output":[null,{"type":"reasoning","summary":[1]}],"generations":[[null]],"candidates":[{"content":{"parts":3}}]}"""
    )]
    [InlineData(
        """[{"role":"tool","content":{"type":"x"},"tool_calls":[null,{"function":3},"a"]},{"lc":1,"id":[null],"kwargs":{"content":null}},{"parts":[null,{"toolRequest":1},{"media":2}]}]"""
    )]
    [InlineData("{\"\\ud800\":\"\\ud800\",\"input_\\ud800\":1,\"messages\":[{\"role\":\"\\ud800\",\"\\udfff\":1}],\"content\":\"\\u0000\"}")]
    [InlineData("""{"input":-1,"output":1e400,"total":"many","args":5,"kwargs":[]}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]")]
    public void No_document_in_an_attribute_can_break_a_batch(string document)
    {
        foreach (var kind in (string[])["LLM", "TOOL", "RETRIEVER", "AGENT"])
        {
            foreach (var key in DocumentKeys)
            {
                Assert.NotNull(Map(("openinference.span.kind", kind), (key, document)));
            }

            Assert.NotNull(Map(Spans.With([("openinference.span.kind", kind), .. DocumentKeys.Select(key => (key, (object)document))])));
        }
    }

    private static (string?, string?, string?) Call(MessagePart part) =>
        part.Type == "tool_call" ? (part.Id, part.Name, part.Arguments.Text) : default;

    private static (string?, string?, string?) Result(MessagePart part) => part.Type == "tool_result" ? (part.Name, part.Id, part.Content) : default;
}
