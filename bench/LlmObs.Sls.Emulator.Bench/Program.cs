// Fills an emulator with more and more spans, asks it at each size, then asks engines that scan. bench/emulator.sh runs it. Prints Markdown.
// Arguments: the emulator's address, its process id, a directory for the peers' data, and sizes, ascending.
using System.Globalization;
using LlmObs.Sls;
using LlmObs.Sls.Emulator.Bench;

const long PostgresLogs = 100_000;
var (endpoint, process, directory) = (new Uri(args[0]), args[1], args[2]);
var sizes = args[3..].Select(size => long.Parse(size, CultureInfo.InvariantCulture)).ToList();
using var http = SlsClient.CreateHttp();
var emulator = new EmulatorRun(new SlsClient(new SlsOptions(endpoint, "bench", "local", "local", Signature: SlsSignature.V1), http));
await emulator.CreateAsync();

var curve = new List<(long Size, double Rate, IReadOnlyList<SearchTimes> Searches)>();
foreach (var (size, before) in sizes.Zip(sizes.Prepend(0)))
{
    var cpu = Processor();
    var rate = await emulator.LoadAsync(before, size);
    Print(
        $"{size:N0} logs: written at {rate:N0} a second, {(Processor() - cpu).TotalMilliseconds * 1000 / (size - before):N0} µs of processor each; {Memory()}"
    );
    var searches = new List<SearchTimes>();
    foreach (var question in Questions.Searches)
    {
        searches.Add(await emulator.SearchAsync(question, size));
    }
    curve.Add((size, rate, searches));
}

var count = sizes[^1];
Print($"\n| analysis, {count:N0} logs | median ms | p95 ms |\n| --- | --- | --- |");
foreach (var (name, text) in Questions.Dashboards)
{
    Print($"| {name} | {await emulator.AnalyseAsync(text, count)} |");
}
await emulator.PagesAsync(count, (name, times) => Print($"| {name} | {times} |"));
Print($"\n{Memory()}\n");

var withPeers = Environment.GetEnvironmentVariable("PEERS") != "no";
var duckDb = withPeers ? await Peers.DuckDbAsync(directory, count) : [];
var postgres = withPeers ? await Peers.PostgresAsync(Math.Min(count, PostgresLogs)) : [];
Print(
    $"| search, {count:N0} logs | found | page: median ms | p95 | histogram: median | p95 | DuckDB scan, page: median | p95 | ILIKE, {PostgresLogs:N0} | p95 |"
);
Print($"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (var i = 0; i < Questions.Searches.Count; i++)
{
    var peers = withPeers ? $"{duckDb[i]} | {postgres[i]}" : "- | - | - | -";
    Print($"| {Questions.Searches[i].Name} | {curve[^1].Searches[i]} | {peers} |");
}

Print($"\n| page and histogram, median ms | {string.Join(" | ", sizes.Select(size => size.ToString("N0", CultureInfo.InvariantCulture)))} |");
Print($"| --- |{string.Concat(sizes.Select(_ => " --- |"))}");
for (var i = 0; i < Questions.Searches.Count; i++)
{
    var medians = curve.Select(at =>
        string.Create(CultureInfo.InvariantCulture, $"{at.Searches[i].Page.Median:N0}, {at.Searches[i].Histogram.Median:N0}")
    );
    Print($"| {Questions.Searches[i].Name} | {string.Join(" | ", medians)} |");
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

string Memory()
{
    var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':')).ToDictionary(pair => pair[0], pair => pair[1].Trim());
    var (peak, now) = (Megabytes(status["VmHWM"]), Megabytes(status["VmRSS"]));
    return string.Create(CultureInfo.InvariantCulture, $"memory {now} MB, {peak} MB at most");
}

TimeSpan Processor() => System.Diagnostics.Process.GetProcessById(int.Parse(process, CultureInfo.InvariantCulture)).TotalProcessorTime;

static long Megabytes(string kilobytes) => long.Parse(kilobytes.Split(' ')[0], CultureInfo.InvariantCulture) / 1024;
