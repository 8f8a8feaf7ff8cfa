using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Tests.Storage;

/// <summary>Contents with texts too long for a page are stored in parts, and come back as they were.</summary>
public sealed class LargeContentTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"第 {i} 行 😀 of a long prompt\n"));

    private static readonly SpanContent Content = new()
    {
        Input = Long,
        Output = "short",
        Messages =
        [
            new("input", "user", [MessagePart.Text("hello"), MessagePart.Text(Long)]),
            new("output", "assistant", [MessagePart.Reasoning(Long), MessagePart.ToolCall("c", "f", new JsonText("""{"a":1}"""))]),
        ],
        Documents = [new("d", 0.5, "title", Long)],
        Attributes = new JsonText($$"""{"gen_ai.prompt":"{{Long.Replace("\n", "\\n", StringComparison.Ordinal)}}"}"""),
        Notes = ["kept"],
    };

    [Fact]
    public void Comes_back_as_it_was()
    {
        var encoded = ContentCodec.Encode(Content);

        Assert.True(LargeContent.Is(encoded.Body));
        var decoded = ContentCodec.DecodeContent(encoded.Body, encoded.JsonBytes);
        Assert.Equal(Content.Input, decoded.Input);
        Assert.Equal("short", decoded.Output);
        Assert.Equal(Content.Messages.SelectMany(message => message.Parts), decoded.Messages.SelectMany(message => message.Parts));
        Assert.Equal(Content.Documents, decoded.Documents);
        Assert.Equal(Content.Attributes, decoded.Attributes);
        Assert.Equal(Content.Notes, decoded.Notes);
    }

    [Fact]
    public void Its_head_names_every_long_text_and_where_each_part_lies()
    {
        var body = ContentCodec.Encode(Content).Body;

        var head = LargeContent.Head(body)!;

        Assert.Equal(["input", "message.0.1", "message.1.0", "document.0", "attributes"], head.Content.Texts.Select(text => text.Field));
        foreach (var text in head.Content.Texts.Where(text => text.Field != "attributes"))
        {
            Assert.Equal(Long.Length, text.Chars);
            for (var part = 1; part <= text.Parts.Count; part++)
            {
                var block = text.Parts[part - 1];
                Assert.Equal(
                    TextPart.Of(Long, part),
                    new TextPart(LargeContent.Part(body.AsSpan(head.BlocksAt + block.Offset, block.Length), block), block.Start, text.Chars)
                );
            }
        }

        Assert.Null(LargeContent.Head(body.AsSpan(0, head.BlocksAt - 1)));
    }

    [Fact]
    public void Texts_that_fit_a_page_or_two_stay_together() =>
        Assert.False(LargeContent.Is(ContentCodec.Encode(new SpanContent { Input = new string('长', 2 * TextParts.Chars) }).Body));

    [Fact]
    public void Damage_anywhere_shows_as_damage()
    {
        var body = ContentCodec.Encode(Content).Body;
        foreach (var cut in (int[])[4, 11, 40, body.Length / 2, body.Length - 1])
        {
            Assert.Contains("cannot be read", Assert.Single(ContentCodec.DecodeContent(body[..cut], 1).Notes), StringComparison.Ordinal);
        }
    }
}
