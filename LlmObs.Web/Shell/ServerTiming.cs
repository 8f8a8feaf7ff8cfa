using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace LlmObs.Web.Shell;

/// <summary>
/// Says in the header <c>Server-Timing</c> of every page how long it took to make, and how much of that was waiting for SLS and for PostgreSQL:
/// <c>total;dur=83.1, sls;dur=61.0;desc="8 calls", pg;dur=9.2;desc="3 calls"</c>. Milliseconds; calls that ran side by side count once.
/// </summary>
public static class ServerTiming
{
    private static readonly AsyncLocal<RequestTimes?> Current = new();

    // The activities of HttpClient and Npgsql are timed already; the request they belong to is known from the flow of its calls.
    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name is "System.Net.Http" or "Npgsql",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            Current.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.PropagationData,
        ActivityStopped = activity => Current.Value?.Add(activity.Source.Name == "Npgsql", activity.StartTimeUtc, activity.Duration),
    };

    public static IApplicationBuilder UseServerTiming(this IApplicationBuilder app)
    {
        ActivitySource.AddActivityListener(Listener);
        return app.Use(
            (context, next) =>
            {
                var times = new RequestTimes();
                var started = Stopwatch.GetTimestamp();
                Current.Value = times;
                context.Response.OnStarting(() =>
                {
                    if (context.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true)
                    {
                        context.Response.Headers["Server-Timing"] = times.Header(Stopwatch.GetElapsedTime(started));
                    }

                    return Task.CompletedTask;
                });
                return next(context);
            }
        );
    }
}

/// <summary>What one request waited for.</summary>
public sealed class RequestTimes
{
    private readonly ConcurrentQueue<(bool IsDatabase, DateTime Start, DateTime End)> waits = new();

    public void Add(bool isDatabase, DateTime start, TimeSpan length) => waits.Enqueue((isDatabase, start, start + length));

    public string Header(TimeSpan total) => $"total;dur={Text(total)}{Part("sls", false)}{Part("pg", true)}";

    private string Part(string name, bool isDatabase)
    {
        var all = waits.Where(wait => wait.IsDatabase == isDatabase).OrderBy(wait => wait.Start).ToList();
        if (all.Count == 0)
        {
            return "";
        }

        var waited = TimeSpan.Zero;
        var until = DateTime.MinValue;
        foreach (var (_, start, end) in all.Where(wait => wait.End > wait.Start))
        {
            waited += end <= until ? TimeSpan.Zero : end - (start > until ? start : until);
            until = end > until ? end : until;
        }

        return $", {name};dur={Text(waited)};desc=\"{all.Count} {(all.Count == 1 ? "call" : "calls")}\"";
    }

    private static string Text(TimeSpan time) => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
