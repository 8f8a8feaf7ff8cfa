using System.ClientModel;
using Npgsql;

namespace LlmObs.SqlCopilot;

/// <summary>A draft that was refused before or while running; <see cref="Kind"/> is the SQLSTATE, or says what was wrong with the model's answer.</summary>
internal sealed class SqlFailedException(string kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public string Kind { get; } = kind;
}

/// <summary>Short, low-cardinality names for what went wrong: the value of <c>error.type</c>.</summary>
internal static class Failures
{
    public static string TypeOf(Exception exception) =>
        exception switch
        {
            SqlFailedException failed => failed.Kind,
            PostgresException database => database.SqlState,
            ClientResultException { Status: 429 } => "rate_limited",
            ClientResultException { Status: 0 } => "model_unreachable",
            ClientResultException model => $"model_http_{model.Status}",
            OperationCanceledException => "cancelled",
            _ => exception.GetType().FullName ?? exception.GetType().Name,
        };

    /// <summary>What a person who asked may be told.</summary>
    public static string Explain(Exception exception, bool chinese) =>
        (exception, chinese) switch
        {
            (ClientResultException { Status: 429 }, true) => "模型服务正在限流，请稍后再试。",
            (ClientResultException { Status: 429 }, false) => "The model is rate limited right now. Please try again in a moment.",
            (SqlFailedException failed, true) => $"没能写出可执行的 SQL，最后一次的错误是：{failed.Message}",
            (SqlFailedException failed, false) => $"I could not write SQL that runs. The last error was: {failed.Message}",
            (_, true) => "这次没能回答，原因已经记录在链路里。",
            (_, false) => "I could not answer this time. The cause is recorded in the trace.",
        };
}
