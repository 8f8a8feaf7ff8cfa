using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain;

public sealed class SpanMergeTests
{
    private static readonly SpanRecord Bare = new(Spans.One("a", null, kind: SpanKind.Llm), SpanContent.Empty);

    [Fact]
    public void Puts_late_messages_in_the_order_system_input_output_and_of_time()
    {
        var merged = Bare.With([
            Late(3, Say("output", "assistant", "42")),
            Late(2, Say("input", "user", "how many?")),
            Late(1, Say("input", "user", "hello"), Say("system", "system", "be brief")),
        ]);

        Assert.Equal(["be brief", "hello", "how many?", "42"], merged.Content.Messages.Select(message => message.Parts[0].Content));
        Assert.Equal("how many?", merged.Span.Question);
        Assert.Equal(3, merged.Content.Events.Count);
    }

    [Fact]
    public void What_the_span_says_itself_wins()
    {
        var own = Bare with { Span = Bare.Span with { Usage = new(1, 1) }, Content = Bare.Content with { Messages = [Say("input", "user", "own")] } };

        var merged = own.With([Late(1, Say("input", "user", "late"), Say("output", "assistant", "answer")) with { Usage = new(9, 9) }]);

        Assert.Equal(["own", "answer"], merged.Content.Messages.Select(message => message.Parts[0].Content));
        Assert.Equal(1, merged.Span.Usage!.InputTokens);
    }

    [Fact]
    public void Merging_the_same_part_twice_changes_nothing()
    {
        LateContent[] parts =
        [
            Late(1, Say("input", "user", "q")),
            Late(2, Say("output", "assistant", "a")) with
            {
                FinishReasons = ["stop"],
                ErrorMessage = "cut",
            },
        ];
        var once = Bare.With(parts);
        var twice = once.With(parts);

        Assert.Equal(once.Content.Messages, twice.Content.Messages);
        Assert.Equal(once.Content.Events, twice.Content.Events);
        Assert.Equal(once.Span.FinishReasons, twice.Span.FinishReasons);
        Assert.Equal(SpanStatus.Error, twice.Span.Status);
    }

    [Fact]
    public void Cuts_a_question_to_one_line_and_never_inside_a_character()
    {
        Assert.Equal("a b c", SpanMerge.OneLine(" a\n b\t\tc "));
        var cut = SpanMerge.OneLine("x" + string.Concat(Enumerable.Repeat("😀", 400)));
        Assert.InRange(cut.Length, 499, 500);
        Assert.False(char.IsHighSurrogate(cut[^1]));
    }

    private static Message Say(string direction, string role, string text) => new(direction, role, [MessagePart.Text(text)]);

    private static LateContent Late(long at, params Message[] messages) =>
        new(Spans.TraceId, "a", $"k{at}", new SpanEvent("gen_ai.event", at, JsonText.EmptyObject), messages, [], null, null, null, []);
}
