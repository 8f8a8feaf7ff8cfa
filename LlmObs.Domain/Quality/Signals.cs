namespace LlmObs.Domain.Quality;

/// <summary>One request of a session, as far as the next ones tell what its user thought of it.</summary>
/// <param name="Sent">The signals the application sent itself.</param>
public sealed record SessionTurn(
    string TraceId,
    DateTimeOffset StartedAt,
    double DurationMs,
    string? Question,
    bool HasFailed,
    IReadOnlyList<string> Sent
);

/// <summary>What users do, read as satisfaction: they copy an answer, ask the same again, say it in other words, or leave without one.</summary>
public static class Signals
{
    /// <summary>A later question is about the same answer only so long after it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Questions that share this much of their pairs of characters ask the same in other words.</summary>
    private const double Alike = 0.6;

    /// <summary>The stars each signal stands for.</summary>
    public static readonly IReadOnlyDictionary<string, double> Stars = new Dictionary<string, double>
    {
        [ScoreNames.Copied] = 5,
        [ScoreNames.Rephrased] = 2,
        [ScoreNames.Retried] = 1,
        [ScoreNames.Abandoned] = 1,
    };

    public static bool IsSignal(string name) => Stars.ContainsKey(name);

    /// <summary>1–5, the worst the user showed unless the answer was copied after all; null without signals.</summary>
    public static double? Rate(IReadOnlyList<string> signals) =>
        signals.Count == 0 ? null
        : signals.Contains(ScoreNames.Copied) ? Stars[ScoreNames.Copied]
        : signals.Min(signal => Stars[signal]);

    /// <summary>The signals of each turn: those that were sent, and those its successor in the session shows.</summary>
    /// <param name="turns">All of one session, by time.</param>
    /// <param name="now">A failed last turn is abandoned when nothing followed for <see cref="Patience"/>.</param>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(IReadOnlyList<SessionTurn> turns, DateTimeOffset now) =>
        turns
            .Select((turn, i) => (turn.TraceId, Signals: Read(turn, i + 1 < turns.Count ? turns[i + 1] : null, now)))
            .ToDictionary(turn => turn.TraceId, turn => turn.Signals);

    private static IReadOnlyList<string> Read(SessionTurn turn, SessionTurn? next, DateTimeOffset now)
    {
        var end = turn.StartedAt.AddMilliseconds(turn.DurationMs);
        var hasNext = next is not null && next.StartedAt - end <= Patience;
        var found =
            hasNext ? Compare(turn.Question, next!.Question)
            : turn.HasFailed && (next?.StartedAt ?? now) - end > Patience ? ScoreNames.Abandoned
            : null;
        return found is null ? turn.Sent : [.. turn.Sent.Append(found).Distinct()];
    }

    private static string? Compare(string? question, string? next)
    {
        if (Questions.Normal(question) is not { Length: > 1 } one || Questions.Normal(next) is not { Length: > 1 } other)
        {
            return null;
        }

        return one == other ? ScoreNames.Retried
            : Digits(one) == Digits(other) && Likeness(one, other) >= Alike ? ScoreNames.Rephrased
            : null;
    }

    /// <summary>Dice's coefficient of pairs of characters, 0–1: works for Chinese, which has no spaces, and for English.</summary>
    private static double Likeness(string one, string other)
    {
        var (a, b) = (Pairs(one), Pairs(other));
        return a.Count + b.Count == 0 ? 0 : 2.0 * a.Intersect(b).Count() / (a.Count + b.Count);
    }

    private static HashSet<string> Pairs(string text) => [.. Enumerable.Range(0, Math.Max(0, text.Length - 1)).Select(i => text.Substring(i, 2))];

    // Another number asks for something else.
    private static string Digits(string text) => new([.. text.Where(char.IsDigit)]);
}
