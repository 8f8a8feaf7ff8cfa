using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>Runs what a model wrote: one statement, in a read-only transaction, as a role that can only read the shop. Each run is a span.</summary>
internal sealed partial class ShopReader(ShopDatabase shop, IOptions<ShopOptions> options)
{
    /// <exception cref="PostgresException">The database refused or cancelled it.</exception>
    public async Task<ShopResult> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        var source = await shop.Reader.WaitAsync(cancellationToken);
        var verb = FirstWord().Match(sql) is { Success: true } match ? match.Value.ToUpperInvariant() : "QUERY";
        using var span = Spans
            .Source.StartActivity($"{verb} shop", ActivityKind.Client)
            ?.SetTag(Tags.DbSystem, "postgresql")
            .SetTag(Tags.DbNamespace, "llmobs|shop")
            .SetTag(Tags.DbOperation, verb)
            .SetTag(Tags.DbQuery, sql);
        try
        {
            var result = await ReadAsync(source, sql, cancellationToken);
            span?.SetTag(Tags.DbRows, result.Rows.Count).SetTag(Tags.Output, result.ToMarkdown());
            return result;
        }
        catch (Exception exception)
        {
            span?.SetTag(Tags.DbStatus, (exception as PostgresException)?.SqlState);
            span.Fail(exception, (exception as PostgresException)?.MessageText);
            throw;
        }
    }

    private async Task<ShopResult> ReadAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction))
        {
            await readOnly.ExecuteNonQueryAsync(cancellationToken);
        }

        // A batch command is sent as it is, in one prepared statement: "SELECT 1; SET …" is refused by the server.
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new NpgsqlBatchCommand(sql) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<string[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == options.Value.MaxRows)
            {
                return new(columns, rows, Cut: true);
            }

            rows.Add([.. columns.Select((_, i) => Text(reader.GetValue(i)))]);
        }

        return new(columns, rows, Cut: false);
    }

    private static string Text(object value) =>
        value switch
        {
            DBNull => "",
            DateTime time => time.ToString(time.TimeOfDay == default ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            DateOnly day => day.ToString("O", CultureInfo.InvariantCulture),
            Array list => string.Join(", ", list.Cast<object>()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex FirstWord();
}
