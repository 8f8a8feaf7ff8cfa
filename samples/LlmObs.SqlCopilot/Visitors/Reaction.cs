namespace LlmObs.SqlCopilot.Visitors;

/// <summary>What a visitor does after an answer.</summary>
/// <param name="Liked">The thumb, when one is given.</param>
/// <param name="Next">The same question again or in other words; null to go on.</param>
/// <param name="Leaves">Ends the conversation here.</param>
internal sealed record Reaction(bool? Liked, string? Comment, bool Copies, string? Next, bool Leaves)
{
    /// <summary>Made up, but of the answer as it really came: the releases are not told apart.</summary>
    /// <param name="attempts">How often this was asked already.</param>
    public static Reaction To(string question, Answer answer, int attempts, Random dice)
    {
        var chinese = Conversations.IsChinese(question);
        var roll = dice.Next(100);
        if (answer.Error is null)
        {
            var hasRows = answer.Rows > 0;
            return new(
                hasRows && roll < 18 ? true
                    : !hasRows && roll < 15 ? false
                    : null,
                Comment: null,
                Copies: hasRows && dice.Next(100) < 12,
                Next: null,
                Leaves: false
            );
        }

        var next =
            attempts > 1 ? null
            : roll < 30 ? question
            : roll < 60 ? (chinese ? "请帮我查一下，" + question : "Please tell me: " + question)
            : null;
        var dislikes = dice.Next(100) < 35;
        return new(
            dislikes ? false : null,
            dislikes ? (chinese ? "查询失败了" : "the query failed") : null,
            Copies: false,
            next,
            Leaves: next is null && roll < 85
        );
    }
}
