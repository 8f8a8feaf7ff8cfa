using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

public sealed class ChatRequestTests
{
    private static readonly SpanRecord Call = new(
        new Span
        {
            TraceId = "t",
            SpanId = "s",
            Name = "chat",
            Kind = SpanKind.Llm,
            StartUnixNano = 1,
            DurationNano = 1,
            RequestedModel = "qwen-max",
        },
        new SpanContent
        {
            Messages =
            [
                new("system", "system", [MessagePart.Text("你是分析师\nEND\n'$(rm)'")]),
                new("input", "user", [MessagePart.Text("看图"), new("media", Modality: "image", Uri: "https://example.org/a.png")]),
                new("input", "assistant", [MessagePart.Reasoning("hm"), MessagePart.ToolCall("c1", "query", new JsonText("""{"sql":"SELECT 1"}"""))]),
                new("input", "tool", [MessagePart.ToolResult("c1", "query", "1")]),
                new("output", "assistant", [MessagePart.Text("done")]),
            ],
            Parameters = new JsonText(
                """{"temperature":0.1,"response_format":"json_object","authorization":"Bearer sk-secret","extra":{"api_key":"sk-secret"}}"""
            ),
            Tools = [new("query", Description: "runs SQL") { Parameters = new JsonText("""{"type":"object"}""") }],
        }
    );

    [Fact]
    public void Rebuilds_the_request_without_the_answer_and_without_secrets()
    {
        var expected = JsonNode.Parse(
            """
            {"model":"qwen-max","messages":[
              {"role":"system","content":"你是分析师\nEND\n'$(rm)'"},
              {"role":"user","content":[{"type":"text","text":"看图"},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"query","arguments":"{\"sql\":\"SELECT 1\"}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"1"}],
             "temperature":0.1,"response_format":{"type":"json_object"},
             "tools":[{"type":"function","function":{"name":"query","description":"runs SQL","parameters":{"type":"object"}}}]}
            """
        );

        Assert.True(JsonNode.DeepEquals(expected, ChatRequest.Body(Call)), ChatRequest.Body(Call).ToJsonString());
    }

    [Fact]
    public void Nothing_of_the_prompt_can_end_the_quoted_body_of_the_command()
    {
        var lines = ChatRequest.Curl(Call).Split('\n');

        Assert.Equal("--data-binary @- <<'END'", lines[3].Trim());
        Assert.Equal("END", Assert.Single(lines, line => line.Trim() == "END"));
        Assert.DoesNotContain("sk-secret", ChatRequest.Curl(Call), StringComparison.Ordinal);
    }

    [Fact]
    public void Is_offered_for_model_calls_with_messages_only()
    {
        Assert.True(ChatRequest.IsPossible(Call));
        Assert.False(ChatRequest.IsPossible(Call with { Content = SpanContent.Empty }));
        Assert.False(ChatRequest.IsPossible(Call with { Span = Call.Span with { Kind = SpanKind.Tool } }));
    }
}
