using System.Globalization;
using System.Text.Json;
using LlmObs.Ingest.Bench.Load;
using LlmObs.Ingest.Bench.Runs;
using LlmObs.Ingest.Bench.Sls;

// One word says what to measure; the scripts beside this project say how. `load` and `sls` are the processes that the others start.
switch (args)
{
    case ["ingest", .. var options]:
        await IngestRun.RunAsync(
            Seconds(options, 5),
            Numbers(options, "--batches", [1, 10, 100, 1000]),
            Numbers(options, "--connections", [1, 4, 16, 64])
        );
        return 0;
    case ["shipping", .. var options]:
        await ShippingRun.RunAsync(Seconds(options, 8), Numbers(options, "--batches", [100])[0], Numbers(options, "--connections", [16])[0]);
        return 0;
    case ["overload", .. var options]:
        await OverloadRun.RunAsync(Seconds(options, 120), Numbers(options, "--connections", [640])[0]);
        return 0;
    case ["stages", .. var options]:
        await new StagesRun(Seconds(options, 4)).RunAsync();
        return 0;
    case ["peers", var directory, .. var options]:
        await new PeersRun(directory, Seconds(options, 8)).RunAsync();
        return 0;
    case ["dify", var fixture, .. var options]:
        await new DifyRun(fixture, Seconds(options, 60)).RunAsync();
        return 0;
    case ["load", var order]:
        Console.WriteLine(JsonSerializer.Serialize(await LoadRun.HereAsync(JsonSerializer.Deserialize<LoadOrder>(order)!)));
        return 0;
    case ["sls", var url, var mode]:
        await DiscardingSls.ServeAsync(new(url), hangs: mode == "hang");
        return 0;
    default:
        Console.Error.WriteLine(
            "Usage: ingest | shipping | overload | stages | peers DIRECTORY | dify DUMP [--seconds N] [--batches N,N] [--connections N,N]"
        );
        return 1;
}

static string? Value(string[] options, string name) => options.SkipWhile(option => option != name).Skip(1).FirstOrDefault();

static double Seconds(string[] options, double otherwise) =>
    Value(options, "--seconds") is { } value ? double.Parse(value, CultureInfo.InvariantCulture) : otherwise;

static int[] Numbers(string[] options, string name, int[] otherwise) =>
    Value(options, name) is { } value ? [.. value.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))] : otherwise;
