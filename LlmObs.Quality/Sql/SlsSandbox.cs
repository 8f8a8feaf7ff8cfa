using System.Globalization;
using System.Text.RegularExpressions;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Sls;

namespace LlmObs.Quality.Sql;

/// <summary>Runs a generated SLS query over the last hours of one logstore. SLS's analysis can only read; a key that may only read is still the right one to give.</summary>
public sealed partial class SlsSandbox(SlsClient client, string logstore, TimeSpan window, SqlLimits limits, TimeProvider time) : ISqlSandbox
{
    public string Dialect => "sls";

    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (logstore.Length == 0)
        {
            return "Logstore is not set.";
        }

        try
        {
            await client.GetLogsAsync(logstore, Query("*", line: 1), cancellationToken);
            return null;
        }
        catch (SlsException exception) when (!exception.IsRetryable)
        {
            return exception.Message;
        }
        catch (SlsException exception)
        {
            throw Away(exception);
        }
    }

    public async Task<SqlRun> RunAsync(string sql, CancellationToken cancellationToken)
    {
        // A session may ask for resources that cost.
        if (SetsSession().IsMatch(sql))
        {
            return SqlRun.Refused("SET SESSION may not be used here.");
        }

        var start = time.GetTimestamp();
        try
        {
            var result = await client.GetLogsAsync(logstore, Query(sql, line: Math.Min(100, limits.MaxRows)), cancellationToken);
            var run = result.IsComplete
                ? ReadResult(result)
                : new SqlRun(SqlOutcome.Timeout, SqlStage.Run, "SLS read only a part within its time.", null, null, null, 0);
            return run with { ElapsedMs = time.GetElapsedTime(start).TotalMilliseconds };
        }
        catch (SlsException exception) when (Outcome(exception) is { } outcome)
        {
            return new(outcome, SqlStage.Parse, exception.Message, exception.Code, null, null, time.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (SlsException exception)
        {
            throw Away(exception);
        }
    }

    private SlsQuery Query(string text, int line)
    {
        var now = time.GetUtcNow();
        return new(text, (now - window).ToUnixTimeSeconds(), now.ToUnixTimeSeconds() + 1, Line: line);
    }

    private SqlRun ReadResult(SlsResult result)
    {
        var names = result.Columns.Count > 0 ? result.Columns : [.. result.Rows.SelectMany(row => row.Keys).Distinct(StringComparer.Ordinal)];
        var rows = result
            .Rows.Take(limits.MaxRows)
            .Select(row => (IReadOnlyList<string?>)[.. names.Select(name => row.GetValueOrDefault(name) is { } value and not "null" ? value : null)])
            .ToList();
        if (rows.Sum(row => row.Sum(value => (long)(value?.Length ?? 0))) > limits.MaxCharacters)
        {
            return new(SqlOutcome.TooLarge, SqlStage.Run, $"The result has more than {limits.MaxCharacters} characters.", null, null, null, 0);
        }

        // Values come as text: a column is what all its values look like.
        var columns = names.Select((name, index) => new SqlColumn(name, TypeOf(rows.Select(row => row[index]).OfType<string>()))).ToList();
        return new(SqlOutcome.Ok, SqlStage.Run, null, null, null, new(columns, rows, result.Rows.Count > limits.MaxRows), 0);
    }

    private static SqlColumnType TypeOf(IEnumerable<string> values)
    {
        var known = values.ToList();
        return known.Count == 0 ? SqlColumnType.Other
            : known.TrueForAll(value => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) ? SqlColumnType.Number
            : known.TrueForAll(value => DateTime.TryParse(value, CultureInfo.InvariantCulture, out _)) ? SqlColumnType.Time
            : known.TrueForAll(value => value is "true" or "false") ? SqlColumnType.Boolean
            : SqlColumnType.Text;
    }

    /// <summary>Null when SLS is at fault, or the configuration.</summary>
    private static SqlOutcome? Outcome(SlsException exception)
    {
        bool Says(params ReadOnlySpan<string> words)
        {
            foreach (var word in words)
            {
                if (exception.Message.Contains(word, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        return exception.Code switch
        {
            SlsException.RequestTimeout => SqlOutcome.Timeout,
            _ when exception.Status != 400 => null,
            _ when Says("QueryTimeout", "exceeded the time") => SqlOutcome.Timeout,
            _ when Says("ColumnNotExists", "cannot be resolved") => SqlOutcome.UnknownColumn,
            _ when Says("TableNotExist", "LogStoreNotExist", "does not exist") => SqlOutcome.UnknownTable,
            _ when Says("TypeMismatch", "cannot be applied", "BinderError", "ConversionError", "Cannot cast", "Unexpected parameters") =>
                SqlOutcome.Type,
            _ when Says("ResourceExceeded", "exceeded the memory", "OutOfMemory") => SqlOutcome.TooLarge,
            _ when Says("DivisionByZero", "FunctionFailure") => SqlOutcome.Other,
            _ => SqlOutcome.Syntax,
        };
    }

    [GeneratedRegex(@"\bset(?:\s|/\*.*?\*/|--[^\n]*\n)+session\b", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex SetsSession();

    private static SqlSandboxAwayException Away(SlsException exception) => new($"The sandbox's SLS cannot be asked: {exception.Message}", exception);
}
