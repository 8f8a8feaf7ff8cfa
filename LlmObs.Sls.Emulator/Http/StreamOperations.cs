using System.Globalization;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Queries;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>Reading along what producers wrote: the neighbours of a log, and the topics there are.</summary>
internal static class StreamOperations
{
    private const int MaxLines = 100;

    public static async Task<IResult> GetContextAsync(HttpContext context, string logstore)
    {
        var call = SlsCall.Of(context);
        var opened = context.RequestServices.GetRequiredService<SlsCatalog>().Open(call.RequiredProject, logstore);
        var (back, forward) = (call.Int("back_lines", 0), call.Int("forward_lines", 0));
        if (back is < 0 or > MaxLines || forward is < 0 or > MaxLines || back + forward == 0)
        {
            throw SlsException.Parameter($"back_lines and forward_lines are 0 to {MaxLines} each and not both 0");
        }
        var query = new ContextQuery(opened, Required(call, "pack_id"), PackMeta.Read(Required(call, "pack_meta")), back, forward);
        var found = await context.RequestServices.GetRequiredService<LogQueries>().AskAsync(opened, query.Run, context.RequestAborted);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"\"total_lines\":{found.Logs.Count},\"back_lines\":{found.Back},\"forward_lines\":{found.Forward}"
        );
        return Results.Text($$"""{{{head}},"progress":"Complete","logs":[{{string.Join(',', found.Logs)}}]}""", "application/json");
    }

    public static async Task<IResult> ListTopicsAsync(HttpContext context, string logstore)
    {
        var call = SlsCall.Of(context);
        var opened = context.RequestServices.GetRequiredService<SlsCatalog>().Open(call.RequiredProject, logstore);
        var line = call.Int("line", MaxLines);
        if (line is < 1 or > MaxLines)
        {
            throw SlsException.Invalid("InvalidLine", $"line is {line}; 1 to {MaxLines} are allowed");
        }
        var topics = await context
            .RequestServices.GetRequiredService<LogQueries>()
            .AskAsync(
                opened,
                (connection, cancel) => TopicQuery.Run(connection, opened, Uri.UnescapeDataString(call.Query("token") ?? ""), line, cancel),
                context.RequestAborted
            );
        // Headers hold ASCII only.
        context.Response.Headers["x-log-nexttoken"] = topics.Count == line ? Uri.EscapeDataString(topics[^1]) : "";
        context.Response.Headers["x-log-count"] = topics.Count.ToString(CultureInfo.InvariantCulture);
        return Results.Json(topics);
    }

    private static string Required(SlsCall call, string name) =>
        call.Query(name) is { Length: > 0 } value ? value : throw SlsException.Parameter($"{name} is missing");
}
