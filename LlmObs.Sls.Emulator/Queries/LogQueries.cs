using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Sql;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Searches, statements and histograms over one logstore; bounded in number and time.</summary>
public sealed class LogQueries(Engine engine, EmulatorOptions options) : IDisposable
{
    private const int MaxParts = 60;
    private const long MaxResultLength = 100L * 1024 * 1024;
    private static readonly long[] Widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
    private readonly SemaphoreSlim slots = new(options.ConcurrentQueries);

    public Task<LogAnswer> FindAsync(Logstore logstore, ProjectLogstores project, LogQuery query, CancellationToken cancellationToken)
    {
        Check(query);
        var text = QueryText.Parse(query.Text);
        return RunAsync(
            (connection, cancel) =>
                text.Statement is null
                    ? Search(connection, logstore, text, query, cancel)
                    : Analyse(connection, logstore, project, text, query, cancel),
            cancellationToken
        );
    }

    /// <summary>A statement alone, over all time; it bounds the time itself.</summary>
    public Task<LogAnswer> AnalyseAsync(Logstore logstore, ProjectLogstores project, string statement, CancellationToken cancellationToken) =>
        RunAsync(
            (connection, cancel) => Analyse(connection, logstore, project, new QueryText("*", statement), new LogQuery(0, int.MaxValue, ""), cancel),
            cancellationToken
        );

    /// <summary>Equal parts of a round width that cover [from, to); the last may be shorter.</summary>
    public Task<IReadOnlyList<HistogramPart>> HistogramAsync(Logstore logstore, LogQuery query, long? interval, CancellationToken cancellationToken)
    {
        Check(query);
        var width = interval is > 0 ? interval.Value : Width(query.To - query.From);
        if ((query.To - query.From) / width > 10_000)
        {
            throw SlsException.Parameter($"interval {width} is too small for the time range");
        }
        return RunAsync<IReadOnlyList<HistogramPart>>(
            (connection, cancel) => Histogram(connection, logstore, query, width, cancel),
            cancellationToken
        );
    }

    public void Dispose() => slots.Dispose();

    private static void Check(LogQuery query)
    {
        if (query.From >= query.To)
        {
            throw SlsException.Invalid("InvalidTimeRange", $"from {query.From} must be before to {query.To}");
        }
    }

    private static LogAnswer Search(
        DuckDBConnection connection,
        Logstore logstore,
        QueryText text,
        LogQuery query,
        CancellationToken cancellationToken
    )
    {
        if (query.Line is < 0 or > 100)
        {
            throw SlsException.Invalid("InvalidLine", $"line is {query.Line}; 0 to 100 are allowed");
        }
        if (query.Offset < 0)
        {
            throw SlsException.Invalid("InvalidOffset", $"offset is {query.Offset}");
        }
        var started = Stopwatch.GetTimestamp();
        var search = new SearchSql(logstore.Columns);
        var condition = Condition(search, text, query);
        var order = query.Reverse ? "DESC" : "ASC";
        var (where, limit) = IndexedSearch.Run(connection, logstore, condition, query, cancellationToken) is { } indexed
            ? (SequenceSql.Among(indexed.Page()), "")
            : (condition.Sql, $"LIMIT {query.Line} OFFSET {query.Offset}");
        var rows = new List<string>();
        var keys = new List<string>();
        using var command = Command(
            connection,
            $"""
            SELECT raw, seq FROM {logstore.TableName} WHERE {where}
            ORDER BY time {order}, nanos {order}, seq {order} {limit}
            """
        );
        using var interrupt = cancellationToken.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var raw = text.WithPackMeta ? PackMeta.AddTo(reader.GetString(0), reader.GetInt64(1)) : reader.GetString(0);
            rows.Add(raw);
            CollectKeys(raw, keys);
        }
        return new LogAnswer(text, rows, keys, [], search.Terms, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private static LogAnswer Analyse(
        DuckDBConnection connection,
        Logstore logstore,
        ProjectLogstores project,
        QueryText text,
        LogQuery query,
        CancellationToken cancellationToken
    )
    {
        if (query.Offset != 0)
        {
            throw SlsException.Parameter("offset is not available for query with sql, use LIMIT offset,n in the statement");
        }
        var started = Stopwatch.GetTimestamp();
        var search = new SearchSql(logstore.Columns);
        var statement = new AnalysisStatement(connection, text.Statement!, project.Asked, name => project.Find(name) is not null);
        View(PrestoTranslator.Table, $"{LogView.Select(logstore, statement.Columns)} WHERE {Window(search, text, query)}");
        foreach (var shift in statement.Shifts)
        {
            var earlier = query with { From = query.From - shift, To = query.To - shift };
            View(
                PeriodComparison.TableBefore(shift),
                $"""
                SELECT * REPLACE (__time__ + {shift} AS __time__, sls_ts(__time__ + {shift}) AS __date__)
                FROM ({LogView.Select(logstore, statement.Columns)} WHERE {Window(new SearchSql(logstore.Columns), text, earlier)})
                """
            );
        }
        foreach (var (table, name) in statement.Siblings)
        {
            // The search was written for the logstore that is asked; the others share its time only.
            var sibling = project.Find(name)!;
            var everything = Window(new SearchSql(sibling.Columns), new QueryText("*", null), query with { Topic = "" });
            View(table, $"{LogView.Select(sibling, statement.Columns)} WHERE {everything}");
        }
        var isBounded = query.To != int.MaxValue;
        using var command = Command(connection, statement.Sql(isBounded ? query.From : null, isBounded ? query.To : null));
        using var interrupt = cancellationToken.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        var keys = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var types = Enumerable.Range(0, reader.FieldCount).Select(column => PrestoValue.TypeName(reader.GetDataTypeName(column))).ToList();
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
        return new LogAnswer(text, rows, keys, types, search.Terms, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);

        void View(string name, string select) => Engine.Execute(connection, $"CREATE TEMP VIEW {name} AS {select}");
    }

    private static List<HistogramPart> Histogram(
        DuckDBConnection connection,
        Logstore logstore,
        LogQuery query,
        long width,
        CancellationToken cancellationToken
    )
    {
        var text = QueryText.Parse(query.Text);
        var condition = Condition(new SearchSql(logstore.Columns), text, query);
        var counts =
            IndexedSearch.Run(connection, logstore, condition, query, cancellationToken)?.CountBy(width)
            ?? CountBy(connection, logstore, condition.Sql, query, width, cancellationToken);
        var parts = new List<HistogramPart>();
        for (long part = 0; query.From + part * width < query.To; part++)
        {
            parts.Add(
                new HistogramPart(query.From + part * width, Math.Min(query.From + (part + 1) * width, query.To), counts.GetValueOrDefault(part))
            );
        }
        return parts;
    }

    private static Dictionary<long, long> CountBy(
        DuckDBConnection connection,
        Logstore logstore,
        string condition,
        LogQuery query,
        long width,
        CancellationToken cancellationToken
    )
    {
        var counts = new Dictionary<long, long>();
        using var command = Command(
            connection,
            $"SELECT (time - {query.From}) // {width} AS part, count(*) FROM {logstore.TableName} WHERE {condition} GROUP BY part"
        );
        using var interrupt = cancellationToken.Register(command.Cancel);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            counts[reader.GetInt64(0)] = reader.GetInt64(1);
        }
        return counts;
    }

    private static string Window(SearchSql search, QueryText text, LogQuery query) => Condition(search, text, query).Sql;

    private static SearchCondition Condition(SearchSql search, QueryText text, LogQuery query)
    {
        var found = search.Condition(QueryParser.Parse(text.Search));
        var window = new SearchCondition($"time >= {query.From} AND time < {query.To}", TermQuery.Everything);
        return query.Topic.Length == 0
            ? SearchCondition.All(window, found)
            : SearchCondition.All(window, SearchCondition.OfTable($"topic = {Literal.Text(query.Topic)}"), found);
    }

    private static long Width(long seconds) => Widths.FirstOrDefault(width => width * MaxParts >= seconds, (seconds / MaxParts / 86400 + 1) * 86400);

    private static void CollectKeys(string raw, List<string> keys)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(raw));
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is { } key && !keys.Contains(key))
            {
                keys.Add(key);
            }
        }
    }

    private static DuckDBCommand Command(DuckDBConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters SQL only through Literal and the checked syntax tree.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    /// <summary>Runs a query on a connection of its own, within the bounds of number and time.</summary>
    internal async Task<T> RunAsync<T>(Func<DuckDBConnection, CancellationToken, T> query, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        cut.CancelAfter(TimeSpan.FromSeconds(options.QueryTimeoutSeconds));
        try
        {
            return await Task.Run(
                () =>
                {
                    using var use = engine.BeginUse();
                    using var connection = engine.Open();
                    return query(connection, cut.Token);
                },
                cancellationToken
            );
        }
        catch (Exception failure) when (cut.IsCancellationRequested && failure is DuckDBException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SlsException.Parameter($"ErrorType:QueryTimeout.ErrorMessage:the query was cut after {options.QueryTimeoutSeconds} s");
        }
        catch (DuckDBException failure)
        {
            throw AnalysisError.From(failure);
        }
        finally
        {
            slots.Release();
        }
    }
}
