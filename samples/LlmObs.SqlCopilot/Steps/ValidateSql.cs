using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Telemetry;
using Npgsql;

namespace LlmObs.SqlCopilot.Steps;

/// <param name="Sql">One SELECT; empty when the model says that the data cannot answer.</param>
internal sealed record SqlDraft(string Sql, string? Explanation);

/// <summary>校验: is it the JSON that was asked for, and can the database plan the SQL?</summary>
internal sealed class ValidateSql(ShopReader shop)
{
    /// <exception cref="SqlFailedException">It is not, or it cannot.</exception>
    public Task<SqlDraft> RunAsync(string answer, CancellationToken cancellationToken) =>
        Spans.StepAsync(
            "校验",
            answer,
            async () =>
            {
                var draft = ModelJson.Read<SqlDraft>(answer);
                draft = draft with { Sql = (draft.Sql ?? "").Trim().TrimEnd(';') };
                if (draft.Sql.Length > 0)
                {
                    try
                    {
                        await shop.QueryAsync("EXPLAIN " + draft.Sql, cancellationToken);
                    }
                    catch (PostgresException exception)
                    {
                        throw ExecuteSql.Failed(exception);
                    }
                }

                return draft;
            }
        );
}
