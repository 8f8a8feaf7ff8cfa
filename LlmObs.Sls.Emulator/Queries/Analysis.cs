using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Sql;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>One statement over what its search finds: brings the logs to the engine as views and reads the result.</summary>
/// <param name="connection">For this statement alone.</param>
internal sealed class Analysis(
    DuckDBConnection connection,
    LogSearches searches,
    Logstore logstore,
    ProjectLogstores project,
    QueryText text,
    LogQuery query,
    CancellationToken cancellationToken
) : IDisposable
{
    private const long MaxResultLength = 100L * 1024 * 1024;
    private static readonly QueryText Everything = new("*", null);
    private readonly FoundLogs found = new(connection);
    private readonly ScannedLogs scanned = new(connection);

    public LogAnswer Run()
    {
        if (query.Offset != 0)
        {
            throw SlsException.Parameter("offset is not available for query with sql, use LIMIT offset,n in the statement");
        }
        var started = Stopwatch.GetTimestamp();
        var compiler = new SearchCompiler(logstore.Columns);
        var statement = new AnalysisStatement(connection, text.Statement!, project.Asked, name => project.Find(name) is not null);
        View(PrestoTranslator.Table, Found(statement, logstore, searches.Begin(logstore, compiler, text, query, cancellationToken)));
        foreach (var shift in statement.Shifts)
        {
            var earlier = query with { From = query.From - shift, To = query.To - shift };
            var select = Found(statement, logstore, searches.Begin(logstore, text, earlier, cancellationToken));
            View(
                PeriodComparison.TableBefore(shift),
                $"SELECT * REPLACE (__time__ + {shift} AS __time__, sls_ts(__time__ + {shift}) AS __date__) FROM ({select})"
            );
        }
        foreach (var (table, name) in statement.Siblings)
        {
            // The search was written for the logstore that is asked; the others share its time only.
            var sibling = project.Find(name)!;
            View(table, Found(statement, sibling, searches.Begin(sibling, Everything, query with { Topic = "" }, cancellationToken)));
        }
        var isBounded = query.To != int.MaxValue;
        var (keys, types, rows) = Read(statement.Sql(isBounded ? query.From : null, isBounded ? query.To : null));
        return new LogAnswer(text, rows, keys, types, compiler.Terms, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds)
        {
            IsScan = statement.IsScan,
            IsAccurate = scanned.IsAccurate,
        };
    }

    public void Dispose() => found.Dispose();

    private void View(string name, string select) => Engine.Execute(connection, $"CREATE TEMP VIEW {name} AS {select}");

    private string Found(AnalysisStatement statement, Logstore of, LogSearch search) =>
        statement.IsScan ? scanned.Select(of, search, statement, cancellationToken) : LogView.Select(of, statement.Columns, found.Add(of, search));

    private (List<string> Keys, List<string> Types, List<string> Rows) Read(string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters SQL only through Literal and the checked syntax tree.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var cut = new CommandCut(command, cancellationToken);
        using var reader = command.ExecuteReader();
        var keys = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var types = Enumerable.Range(0, reader.FieldCount).Select(column => PrestoValue.TypeName(reader, column)).ToList();
        var rows = new List<string>();
        var row = new StringBuilder();
        var length = 0L;
        while (reader.Read())
        {
            row.Clear().Append('{');
            for (var i = 0; i < keys.Count; i++)
            {
                row.Append(i == 0 ? "" : ",")
                    .Append(JsonSerializer.Serialize(keys[i], RowBuilder.Json))
                    .Append(':')
                    .Append(JsonSerializer.Serialize(PrestoValue.Read(reader, i), RowBuilder.Json));
            }
            rows.Add(row.Append('}').ToString());
            length += row.Length;
            if (length > MaxResultLength)
            {
                throw SlsException.Parameter($"ErrorType:ResultTooLarge.ErrorMessage:the result is larger than {MaxResultLength} characters");
            }
        }
        return (keys, types, rows);
    }
}
