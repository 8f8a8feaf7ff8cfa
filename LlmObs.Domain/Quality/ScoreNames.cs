namespace LlmObs.Domain.Quality;

/// <summary>Names of the scores that the quality measures read.</summary>
public static class ScoreNames
{
    /// <summary>Boolean, on the span whose output is the SQL: it parsed and ran. The label is the outcome: <c>ok</c>, <c>syntax</c>, <c>unknown_column</c>, …</summary>
    public const string SqlExecutable = "sql_executable";

    /// <summary>Boolean, on the same span, only when the SQL ran: the result is meaningful. The label is the first rule it broke, or <c>ok</c>.</summary>
    public const string DataValid = "data_valid";

    /// <summary>Numeric 0–1, on the root span: how close the question read back from SQL and answer is to the one asked.</summary>
    public const string ReverseSimilarity = "reverse_similarity";

    /// <summary>Numeric 0–1, on the root span.</summary>
    public const string AnswerRelevance = "answer_relevance";

    /// <summary>Numeric 0–1, on the root span.</summary>
    public const string Faithfulness = "faithfulness";

    /// <summary>What a user says of an answer; the name that POST /api/v1/feedback gives.</summary>
    public const string UserFeedback = "user_feedback";

    /// <summary>Boolean 1: the user copied the answer. Sent by the application.</summary>
    public const string Copied = "copied";

    /// <summary>Boolean 1: the user asked the same again. Sent by the application, or found in the session.</summary>
    public const string Retried = "retried";

    /// <summary>Boolean 1: the user asked the same in other words. Sent by the application, or found in the session.</summary>
    public const string Rephrased = "rephrased";

    /// <summary>Boolean 1: the user left without an answer. Sent by the application, or found in the session.</summary>
    public const string Abandoned = "abandoned";
}
