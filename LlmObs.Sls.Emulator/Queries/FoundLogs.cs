using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Brings what searches found to the statement that reads it, which must have ended when this is disposed.</summary>
internal sealed class FoundLogs(DuckDBConnection connection) : IDisposable
{
    /// <summary>So few are read from the shard log: the table would unpack thousands of its rows for each.</summary>
    private const int ReadAlone = 200;

    private readonly List<SequenceMarks> marks = [];
    private int copies;

    /// <summary>The logs as SQL after FROM: a table with the columns of the logstore's, and perhaps a condition.</summary>
    public string Add(Logstore logstore, LogSearch search)
    {
        if (search.IsEverything)
        {
            return $"{logstore.TableName} WHERE {search.Window}";
        }
        var found = search.Matches();
        return found.Sum(some => some.Rows.Count) <= ReadAlone
            ? Copied(logstore, search, [.. found.SelectMany(some => some.Logs)])
            : $"{logstore.TableName} WHERE {Marked([.. found.Where(some => !some.Rows.IsEmpty)])}";
    }

    public void Dispose()
    {
        foreach (var some in marks)
        {
            some.Dispose();
        }
    }

    private string Copied(Logstore logstore, LogSearch search, List<IndexedLog> found)
    {
        var name = $"found{++copies}";
        Engine.Execute(connection, $"CREATE TEMP TABLE {name} AS FROM {logstore.TableName} LIMIT 0");
        using var appender = connection.CreateAppender("temp", "main", name);
        foreach (var (log, row) in search.Read(found))
        {
            row.AppendTo(appender, log.Sequence);
        }
        return name;
    }

    private string Marked(List<FoundRows> found)
    {
        var logs = new SequenceMarks(found[0].Source.Covers.First, found[^1].Source.Covers.Last);
        marks.Add(logs);
        foreach (var (source, rows) in found)
        {
            if (source.Covers.Last - source.Covers.First == source.Count - 1)
            {
                // Of a million logs, mostly all are found, and a page asks for them five times.
                logs.Mark(source.Covers.First, rows.Bitmap);
                continue;
            }
            foreach (var row in rows.Members())
            {
                logs.Mark(source[row].Sequence);
            }
        }
        return logs.Condition;
    }
}
