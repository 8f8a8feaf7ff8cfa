// Loads logs into an emulator, or measures queries against one. bench/emulator.sh runs it.
using System.Diagnostics;
using System.Globalization;
using LlmObs.Sls;
using LlmObs.Sls.Emulator.Bench;

const string Logstore = "bench";
const int GroupLogs = 500;
const int Runs = 20;
var (command, endpoint, count) = (args[0], new Uri(args[1]), long.Parse(args[2], CultureInfo.InvariantCulture));
using var http = SlsClient.CreateHttp();
var client = new SlsClient(new SlsOptions(endpoint, "bench", "local", "local", Signature: SlsSignature.V1), http);
await (command == "load" ? LoadAsync() : MeasureAsync());

async Task LoadAsync()
{
    await client.CreateProjectIfMissingAsync("", default);
    await client.CreateLogstoreIfMissingAsync(Logstore, 3650, 1, default);
    await client.EnsureIndexAsync(Logstore, SampleLogs.Index, default);
    var started = Stopwatch.GetTimestamp();
    await Parallel.ForEachAsync(
        Enumerable.Range(0, (int)(count / GroupLogs)),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (group, cancellationToken) =>
            await client.PutLogsAsync(
                Logstore,
                new SlsLogGroup([.. Enumerable.Range(0, GroupLogs).Select(i => SampleLogs.At((long)group * GroupLogs + i, count))]),
                cancellationToken
            )
    );
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} logs at {count / Stopwatch.GetElapsedTime(started).TotalSeconds:N0} logs/s")
    );
}

async Task MeasureAsync()
{
    Console.WriteLine("| search | found | page: median | p95 | histogram: median | p95 |");
    Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
    foreach (
        var (name, search) in new[]
        {
            ("rare word", "needle7f3a"),
            ("common word", "timeout"),
            ("two words", "timeout retry"),
            ("two characters", "订单"),
            ("Chinese phrase", "订单查询失败"),
            ("phrase", "#\"connection reset by peer\""),
            ("field and word", "service: gateway and timeout"),
            ("numeric range", "status in [500 599]"),
            ("negation", "not timeout"),
            ("everything", "*"),
        }
    )
    {
        var query = new SlsQuery(search, SampleLogs.Begin, SampleLogs.Begin + SampleLogs.Seconds);
        var found = (await client.GetHistogramsAsync(Logstore, query, default)).Count;
        var page = await TimeAsync(() => client.GetLogsAsync(Logstore, query, default));
        var histogram = await TimeAsync(() => client.GetHistogramsAsync(Logstore, query, default));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {found:N0} | {page} | {histogram} |"));
    }
    Console.WriteLine();
    Console.WriteLine("| analysis | median | p95 |");
    Console.WriteLine("| --- | --- | --- |");
    foreach (
        var (name, text) in new[]
        {
            ("group by", "* | select service, count(*) as n, avg(latency) as mean group by service"),
            ("percentiles", "* | select approx_percentile(latency, 0.5) as p50, approx_percentile(latency, 0.95) as p95"),
            ("per minute", "* | select __time__ - __time__ % 60 as minute, count(*) as n group by minute order by minute limit 2000"),
            (
                "common word, per minute",
                "timeout | select __time__ - __time__ % 60 as minute, count(*) as n group by minute order by minute limit 2000"
            ),
            ("rare word, group by", "needle7f3a | select service, count(*) as n group by service"),
        }
    )
    {
        var query = new SlsQuery(text, SampleLogs.Begin, SampleLogs.Begin + SampleLogs.Seconds);
        Console.WriteLine($"| {name} | {await TimeAsync(() => client.GetLogsAsync(Logstore, query, default))} |");
    }
}

static async Task<string> TimeAsync<T>(Func<Task<T>> ask)
{
    await ask();
    var times = new List<double>();
    // A slow peer is measured less often: the whole must end.
    for (var begin = Stopwatch.GetTimestamp(); times.Count < Runs && (times.Count < 5 || Stopwatch.GetElapsedTime(begin).TotalSeconds < 10); )
    {
        var started = Stopwatch.GetTimestamp();
        await ask();
        times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
    times.Sort();
    return string.Create(CultureInfo.InvariantCulture, $"{times[times.Count / 2]:N0} ms | {times[(int)((times.Count - 1) * 0.95)]:N0} ms");
}
