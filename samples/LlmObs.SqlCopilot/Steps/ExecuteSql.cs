using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Telemetry;
using Npgsql;

namespace LlmObs.SqlCopilot.Steps;

/// <summary>执行 SQL: really runs it, as the read-only role.</summary>
internal sealed class ExecuteSql(ShopReader shop)
{
    /// <exception cref="SqlFailedException">The database refused or cancelled it.</exception>
    public Task<ShopResult> RunAsync(string sql, CancellationToken cancellationToken) =>
        Spans.StepAsync(
            "执行 SQL",
            sql,
            async () =>
            {
                try
                {
                    return await shop.QueryAsync(sql, cancellationToken);
                }
                catch (PostgresException exception)
                {
                    throw Failed(exception);
                }
            }
        );

    public static SqlFailedException Failed(PostgresException exception) =>
        new(exception.SqlState, exception.MessageText + (exception.Hint is null ? "" : $" HINT: {exception.Hint}"), exception);
}
