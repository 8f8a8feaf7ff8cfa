using System.Diagnostics;
using System.Globalization;
using LlmObs.Explorer.Bench;

// fill INGEST SPANS | measure WEB LOGIN-LINK ROUNDS [PAGES]
switch (args)
{
    case ["fill", var ingest, var spans]:
        var started = Stopwatch.GetTimestamp();
        await new SpanFill(new(ingest)).RunAsync(int.Parse(spans, CultureInfo.InvariantCulture));
        Console.WriteLine($"{spans} spans acknowledged after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        return 0;
    case ["measure", var web, var link, var rounds, .. var kind]:
        await new PageTimes(new(web)).PrintAsync(link, int.Parse(rounds, CultureInfo.InvariantCulture), kind is [var only] ? only : "");
        return 0;
    default:
        Console.Error.WriteLine("fill INGEST SPANS | measure WEB LOGIN-LINK ROUNDS [PAGES]");
        return 2;
}
