using System.Diagnostics;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Sql;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Searches, statements and histograms over one logstore; bounded in number and time.</summary>
public sealed class LogQueries(Engine engine, EmulatorOptions options) : IDisposable
{
    private const int MaxAttempts = 5;
    private const int MaxParts = 60;
    private const long MaxResultLength = 100L * 1024 * 1024;
    private static readonly long[] Widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
    private readonly SemaphoreSlim slots = new(options.ConcurrentQueries);
    private readonly RememberedRows remembered = new(options.RememberedMb);

    public Task<LogAnswer> FindAsync(Logstore logstore, ProjectLogstores project, LogQuery query, CancellationToken cancellationToken)
    {
        CheckWindow(query);
        var text = QueryText.Parse(query.Text);
        return RunAsync(
            logstore,
            (connection, cancel) =>
                text.Statement is null ? Page(logstore, text, query, cancel) : Analyse(connection, logstore, project, text, query, cancel),
            cancellationToken
        );
    }

    /// <summary>A statement alone, over all time; it bounds the time itself.</summary>
    public Task<LogAnswer> AnalyseAsync(Logstore logstore, ProjectLogstores project, string statement, CancellationToken cancellationToken) =>
        RunAsync(
            logstore,
            (connection, cancel) => Analyse(connection, logstore, project, new QueryText("*", statement), new LogQuery(0, int.MaxValue, ""), cancel),
            cancellationToken
        );

    /// <summary>Equal parts of a round width that cover [from, to); the last may be shorter.</summary>
    public Task<IReadOnlyList<HistogramPart>> HistogramAsync(Logstore logstore, LogQuery query, long? interval, CancellationToken cancellationToken)
    {
        CheckWindow(query);
        var width = interval is > 0 ? interval.Value : Width(query.To - query.From);
        if ((query.To - query.From) / width > 10_000)
        {
            throw SlsException.Parameter($"interval {width} is too small for the time range");
        }
        return RunAsync<IReadOnlyList<HistogramPart>>(logstore, (_, cancel) => Histogram(logstore, query, width, cancel), cancellationToken);
    }

    /// <summary>The sequences of all logs that a search finds, ascending.</summary>
    internal Task<IReadOnlyList<long>> MatchesAsync(Logstore logstore, LogQuery query, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<long>>(
            logstore,
            (_, cancel) =>
                [
                    .. Search(logstore, new SearchCompiler(logstore.Columns), QueryText.Parse(query.Text), query, cancel)
                        .Matches()
                        .SelectMany(found => found.Logs.Select(log => log.Sequence)),
                ],
            cancellationToken
        );

    public void Dispose()
    {
        remembered.Dispose();
        slots.Dispose();
    }

    internal static void CheckWindow(LogQuery query)
    {
        if (query.IsEmpty)
        {
            throw SlsException.Invalid("InvalidTimeRange", $"from {query.From} must be before to {query.To}");
        }
    }

    private LogAnswer Page(Logstore logstore, QueryText text, LogQuery query, CancellationToken cancellationToken)
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
        var compiler = new SearchCompiler(logstore.Columns);
        var page = Search(logstore, compiler, text, query, cancellationToken).Page();
        var rows = new List<string>();
        var keys = new List<string>();
        foreach (var (at, log, origin) in logstore.Read(page))
        {
            var raw = RawLog.Json(log, origin);
            rows.Add(text.WithPackMeta ? PackMeta.AddTo(raw, at.Sequence) : raw);
            CollectKeys(rows[^1], keys);
        }
        return new LogAnswer(text, rows, keys, [], compiler.Terms, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private LogSearch Search(Logstore logstore, SearchCompiler compiler, QueryText text, LogQuery query, CancellationToken cancellationToken)
    {
        var found = compiler.Compile(QueryParser.Parse(text.Search));
        var search = query.Topic.Length == 0 ? found : TermQuery.All(new WordTerm(TermText.Word(TermText.Topic, query.Topic)), found);
        return new LogSearch(
            logstore,
            logstore.Snapshot(),
            search,
            new SearchKey(text.Search, query.Topic, compiler.Columns),
            remembered,
            query,
            cancellationToken
        );
    }

    private LogAnswer Analyse(
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
        var found = new FoundLogs(connection);
        var scanned = new ScannedLogs(connection);
        var compiler = new SearchCompiler(logstore.Columns);
        var statement = new AnalysisStatement(connection, text.Statement!, project.Asked, name => project.Find(name) is not null);
        View(PrestoTranslator.Table, Found(logstore, Search(logstore, compiler, text, query, cancellationToken)));
        foreach (var shift in statement.Shifts)
        {
            var earlier = query with { From = query.From - shift, To = query.To - shift };
            var select = Found(logstore, Search(logstore, new SearchCompiler(logstore.Columns), text, earlier, cancellationToken));
            View(
                PeriodComparison.TableBefore(shift),
                $"SELECT * REPLACE (__time__ + {shift} AS __time__, sls_ts(__time__ + {shift}) AS __date__) FROM ({select})"
            );
        }
        foreach (var (table, name) in statement.Siblings)
        {
            // The search was written for the logstore that is asked; the others share its time only.
            var sibling = project.Find(name)!;
            var everything = Search(
                sibling,
                new SearchCompiler(sibling.Columns),
                new QueryText("*", null),
                query with
                {
                    Topic = "",
                },
                cancellationToken
            );
            View(table, Found(sibling, everything));
        }
        var isBounded = query.To != int.MaxValue;
        using var command = Command(connection, statement.Sql(isBounded ? query.From : null, isBounded ? query.To : null));
        using var interrupt = cancellationToken.Register(command.Cancel);
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
        return new LogAnswer(text, rows, keys, types, compiler.Terms, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds)
        {
            IsScan = statement.IsScan,
            IsAccurate = scanned.IsAccurate,
        };

        void View(string name, string select) => Engine.Execute(connection, $"CREATE TEMP VIEW {name} AS {select}");

        string Found(Logstore of, LogSearch search) =>
            statement.IsScan
                ? scanned.Select(of, search, statement.Columns, cancellationToken)
                : LogView.Select(of, statement.Columns, found.Add(of, search));
    }

    private List<HistogramPart> Histogram(Logstore logstore, LogQuery query, long width, CancellationToken cancellationToken)
    {
        var counts = Search(logstore, new SearchCompiler(logstore.Columns), QueryText.Parse(query.Text), query, cancellationToken).CountBy(width);
        return
        [
            .. counts.Select(
                (count, part) => new HistogramPart(query.From + part * width, Math.Min(query.From + (part + 1) * width, query.Last + 1), count)
            ),
        ];
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
    internal async Task<T> RunAsync<T>(Logstore logstore, Func<DuckDBConnection, CancellationToken, T> query, CancellationToken cancellationToken)
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
                    return Run(logstore, query, cut.Token);
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

    /// <summary>Once more when what was to be read has aged out meanwhile, or had to be made again.</summary>
    private T Run<T>(Logstore logstore, Func<DuckDBConnection, CancellationToken, T> query, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = engine.Open();
                return query(connection, cancellationToken);
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts) { }
            catch (DamagedTermsException damaged) when (attempt < MaxAttempts)
            {
                logstore.Repair(damaged.Segment);
            }
        }
    }
}
