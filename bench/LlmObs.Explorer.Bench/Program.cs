using System.Diagnostics;
using System.Globalization;
using LlmObs.Explorer.Bench;

// fill INGEST SPANS | measure WEB LOGIN-LINK ROUNDS
switch (args)
{
    case ["fill", var ingest, var spans]:
        var started = Stopwatch.GetTimestamp();
        await new SpanFill(new(ingest)).RunAsync(int.Parse(spans, CultureInfo.InvariantCulture));
        Console.WriteLine($"{spans} spans acknowledged after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        return 0;
    case ["measure", var web, var link, var rounds]:
        await new PageTimes(new(web)).PrintAsync(link, int.Parse(rounds, CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("fill INGEST SPANS | measure WEB LOGIN-LINK ROUNDS");
        return 2;
}
