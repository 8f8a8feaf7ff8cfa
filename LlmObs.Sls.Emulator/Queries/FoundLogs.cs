using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Brings what searches found to the statement that reads it.</summary>
internal sealed class FoundLogs(DuckDBConnection connection)
{
    /// <summary>So few are read from the shard log: the table would unpack thousands of its rows for each.</summary>
    private const int ReadAlone = 200;

    private int tables;

    /// <summary>The logs as SQL after FROM: a table with the columns of the logstore's, and perhaps a condition.</summary>
    public string Add(Logstore logstore, LogSearch search)
    {
        if (search.IsEverything)
        {
            return $"{logstore.TableName} WHERE {search.Window}";
        }
        var found = search.Matches().ToList();
        var name = $"found{++tables}";
        if (found.Count <= ReadAlone)
        {
            Engine.Execute(connection, $"CREATE TEMP TABLE {name} AS FROM {logstore.TableName} LIMIT 0");
            using var appender = connection.CreateAppender("temp", "main", name);
            foreach (var (log, row) in search.Read(found))
            {
                row.AppendTo(appender, log.Sequence);
            }
            return name;
        }
        Engine.Execute(connection, $"CREATE TEMP TABLE {name} (seq BIGINT NOT NULL)");
        using (var appender = connection.CreateAppender("temp", "main", name))
        {
            foreach (var log in found)
            {
                appender.CreateRow().AppendValue((long?)log.Sequence).EndRow();
            }
        }
        return $"{logstore.TableName} WHERE seq BETWEEN {Literal.Number(found[0].Sequence)} AND {Literal.Number(found[^1].Sequence)} AND seq IN (FROM {name})";
    }
}
