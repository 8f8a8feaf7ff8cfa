using CsCheck;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Tests.Web.Traces;

public sealed class MessageCardTests
{
    [Fact]
    public void A_tool_call_stands_with_its_result()
    {
        var cards = MessageCard.From([
            new("system", "system", [MessagePart.Text("be brief")]),
            new("input", "user", [MessagePart.Text("how many?")]),
            new("input", "assistant", [MessagePart.Reasoning("look it up"), MessagePart.ToolCall("c1", "get_table_schema", new("{\"t\":1}"))]),
            new("input", "tool", [MessagePart.ToolResult("c1", null, "CREATE TABLE t (a INT)")]),
            new("output", "assistant", [MessagePart.Text("42")], FinishReason: "stop"),
        ]);

        Assert.Equal(["system", "user", "assistant", "call", "assistant"], cards.Select(card => card.Style));
        Assert.Equal(["system", "user", "assistant", "get_table_schema", "assistant"], cards.Select(card => card.Role));
        Assert.Equal(["tool_call", "tool_result"], cards[3].Parts.Select(part => part.Type));
        Assert.Equal("message.3.0", cards[3].Parts[1].Field);
    }

    [Fact]
    public void A_result_nobody_asked_for_is_shown_by_itself()
    {
        var card = Assert.Single(MessageCard.From([new("input", "tool", [MessagePart.ToolResult("c9", "x", "rows")])]));

        Assert.Equal("call", card.Style);
    }

    [Fact]
    public void Shows_every_part_exactly_once()
    {
        var part = Gen.OneOf(
            Gen.Const(MessagePart.Text("t")),
            Gen.Int[0, 3].Select(id => MessagePart.ToolCall($"c{id}", "f", new("{}"))),
            Gen.Int[0, 3].Select(id => MessagePart.ToolResult($"c{id}", null, "r"))
        );
        part.Array[0, 4]
            .Select(parts => new Message("input", "user", parts))
            .List[0, 8]
            .Sample(messages =>
            {
                var fields = MessageCard.From(messages).SelectMany(card => card.Parts).Select(shown => shown.Field).ToList();
                return fields.Count == messages.Sum(message => message.Parts.Count) && fields.Distinct().Count() == fields.Count;
            });
    }

    [Fact]
    public void The_raw_value_is_what_was_stored()
    {
        var record = new SpanRecord(
            Domain.Spans.One("a", null),
            SpanContent.Empty with
            {
                Input = "in\r\nput ",
                Attributes = new JsonText("{\"gen_ai.prompt\":\"你好\",\"n\":1}"),
                Messages = [new("input", "user", [MessagePart.Text("hi")])],
            }
        );

        Assert.Equal("in\r\nput ", RawValue.Of(record, "input"));
        Assert.Equal("你好", RawValue.Of(record, "attributes.gen_ai.prompt"));
        Assert.Equal("hi", RawValue.Of(record, "message.0.0"));
        Assert.Null(RawValue.Of(record, "message.0.7"));
        Assert.Null(RawValue.Of(record, "message.x"));
        Assert.Null(RawValue.Of(record, "password"));
    }
}
