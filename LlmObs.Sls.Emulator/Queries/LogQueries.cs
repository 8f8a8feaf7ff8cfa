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

/// <summary>What is asked of one logstore: searches, statements and histograms. Searches are bounded in number and time by themselves.</summary>
public sealed class LogQueries(Engine engine, Statements statements, EmulatorOptions options) : IDisposable
{
    private const int MaxAttempts = 5;
    private const int MaxParts = 60;
    private static readonly long[] Widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
    private readonly SemaphoreSlim slots = new(options.ConcurrentQueries);
    private readonly LogSearches searches = new(options.RememberedMb);

    public Task<LogAnswer> FindAsync(Logstore logstore, ProjectLogstores project, LogQuery query, CancellationToken cancellationToken)
    {
        CheckWindow(query);
        var text = QueryText.Parse(query.Text);
        return text.Statement is null
            ? SearchAsync(logstore, cancel => Page(logstore, text, query, cancel), cancellationToken)
            : AnalyseAsync(logstore, project, text, query, cancellationToken);
    }

    /// <summary>A statement alone, over all time; it bounds the time itself.</summary>
    public Task<LogAnswer> AnalyseAsync(Logstore logstore, ProjectLogstores project, string statement, CancellationToken cancellationToken) =>
        AnalyseAsync(logstore, project, new QueryText("*", statement), new LogQuery(0, int.MaxValue, ""), cancellationToken);

    /// <summary>Equal parts of a round width that cover [from, to); the last may be shorter.</summary>
    public Task<IReadOnlyList<HistogramPart>> HistogramAsync(Logstore logstore, LogQuery query, long? interval, CancellationToken cancellationToken)
    {
        CheckWindow(query);
        var width = interval is > 0 ? interval.Value : Width(query.To - query.From);
        if ((query.To - query.From) / width > 10_000)
        {
            throw SlsException.Parameter($"interval {width} is too small for the time range");
        }
        return SearchAsync<IReadOnlyList<HistogramPart>>(logstore, cancel => Histogram(logstore, query, width, cancel), cancellationToken);
    }

    /// <summary>The sequences of all logs that a search finds, ascending.</summary>
    internal Task<IReadOnlyList<long>> MatchesAsync(Logstore logstore, LogQuery query, CancellationToken cancellationToken) =>
        SearchAsync<IReadOnlyList<long>>(
            logstore,
            cancel =>
                [
                    .. searches
                        .Begin(logstore, QueryText.Parse(query.Text), query, cancel)
                        .Matches()
                        .SelectMany(found => found.Logs.Select(log => log.Sequence)),
                ],
            cancellationToken
        );

    /// <summary>Asks the table of a logstore.</summary>
    internal Task<T> AskAsync<T>(Logstore logstore, Func<DuckDBConnection, CancellationToken, T> question, CancellationToken cancellationToken) =>
        statements.RunAsync(
            cancel =>
                Read(
                    logstore,
                    () =>
                    {
                        using var connection = engine.Open();
                        return question(connection, cancel);
                    }
                ),
            cancellationToken
        );

    public void Dispose()
    {
        searches.Dispose();
        slots.Dispose();
    }

    internal static void CheckWindow(LogQuery query)
    {
        if (query.IsEmpty)
        {
            throw SlsException.Invalid("InvalidTimeRange", $"from {query.From} must be before to {query.To}");
        }
    }

    private Task<LogAnswer> AnalyseAsync(
        Logstore logstore,
        ProjectLogstores project,
        QueryText text,
        LogQuery query,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            logstore,
            (connection, cancel) =>
            {
                using var analysis = new Analysis(connection, searches, logstore, project, text, query, cancel);
                return analysis.Run();
            },
            cancellationToken
        );

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
        var page = searches.Begin(logstore, compiler, text, query, cancellationToken).Page();
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

    private List<HistogramPart> Histogram(Logstore logstore, LogQuery query, long width, CancellationToken cancellationToken)
    {
        var counts = searches.Begin(logstore, QueryText.Parse(query.Text), query, cancellationToken).CountBy(width);
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

    /// <summary>Runs a search within the bounds of number and time.</summary>
    private async Task<T> SearchAsync<T>(Logstore logstore, Func<CancellationToken, T> search, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        cut.CancelAfter(TimeSpan.FromSeconds(options.QueryTimeoutSeconds));
        try
        {
            return await Task.Run(() => Read(logstore, () => search(cut.Token)), cancellationToken);
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw AnalysisError.Timeout(options.QueryTimeoutSeconds);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Once more when what was to be read has aged out meanwhile, or had to be made again.</summary>
    private static T Read<T>(Logstore logstore, Func<T> query)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return query();
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts) { }
            catch (DamagedTermsException damaged) when (attempt < MaxAttempts)
            {
                logstore.Repair(damaged.Segment);
            }
        }
    }
}
