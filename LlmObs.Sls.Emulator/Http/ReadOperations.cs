using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Queries;
using LlmObs.Sls.Emulator.Status;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Http;

internal sealed partial class ReadOperations(SlsCatalog catalog, LogQueries queries, Quotas quotas, Activity activity)
{
    /// <summary>The old form: an array, with the metadata in headers.</summary>
    public async Task<IResult> GetLogsAsync(HttpContext context, string logstore)
    {
        var call = SlsCall.Of(context);
        var answer = await FindAsync(call, logstore, QueryOf(call), context.RequestAborted);
        AnswerHeaders.Write(context.Response.Headers, answer);
        return Results.Text($"[{string.Join(',', answer.Rows)}]", "application/json");
    }

    /// <summary>SQL over a project: the statement names its logstore in FROM and bounds <c>__time__</c> or <c>__date__</c>.</summary>
    public async Task<IResult> GetProjectLogsAsync(HttpContext context)
    {
        var call = SlsCall.Of(context);
        var statement = call.Query("query") ?? throw Missing("query");
        if (
            !statement.Contains("__time__", StringComparison.OrdinalIgnoreCase) && !statement.Contains("__date__", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw SlsException.Parameter("the statement must bound __time__ or __date__ in WHERE");
        }
        var name = FromLogstore().Match(statement) is { Success: true } from
            ? from.Groups["name"].Value
            : throw SlsException.Parameter("the statement names no logstore in FROM");
        var opened = catalog.Open(call.RequiredProject, name);
        var answer = await activity.WatchAsync(
            call.RequiredProject,
            name,
            statement,
            () => queries.AnalyseAsync(opened, Beside(call, name), statement, context.RequestAborted),
            found => found.Rows.Count
        );
        AnswerHeaders.Write(context.Response.Headers, answer);
        return Results.Text($"[{string.Join(',', answer.Rows)}]", "application/json");
    }

    /// <summary>The newer form: metadata and data in one body, compressed as Accept-Encoding asks.</summary>
    public async Task<IResult> GetLogsV2Async(HttpContext context, string logstore)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        var query = new LogQuery(
            Number(body, "from") ?? throw Missing("from"),
            Number(body, "to") ?? throw Missing("to"),
            Text(body, "query"),
            Text(body, "topic"),
            (int)(Number(body, "line") ?? 100),
            Number(body, "offset") ?? 0,
            body["reverse"] is JsonValue reverse && (reverse.TryGetValue<bool>(out var flag) ? flag : reverse.ToString() is "true" or "True"),
            Nanos("fromNs", Number(body, "fromNs")),
            Nanos("toNs", Number(body, "toNs"))
        );
        CheckSession(Text(body, "session"));
        var answer = await FindAsync(call, logstore, query, context.RequestAborted);
        var raw = Encoding.UTF8.GetBytes($$"""{"meta":{{Meta(answer).ToJsonString(RowBuilder.Json)}},"data":[{{string.Join(',', answer.Rows)}}]}""");
        if (BodyCompression.Choose(call.Request.Header("accept-encoding")) is not { } compression)
        {
            return Results.Bytes(raw, "application/json");
        }
        context.Response.Headers["x-log-compresstype"] = compression;
        context.Response.Headers["x-log-bodyrawsize"] = raw.Length.ToString(CultureInfo.InvariantCulture);
        return Results.Bytes(BodyCompression.Compress(raw, compression), "application/json");
    }

    public async Task<IResult> GetHistogramsAsync(HttpContext context, string logstore)
    {
        var call = SlsCall.Of(context);
        var interval =
            call.Query("interval") is { Length: > 0 } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : (long?)null;
        var parts = await queries.HistogramAsync(catalog.Open(call.RequiredProject, logstore), QueryOf(call), interval, context.RequestAborted);
        context.Response.Headers["x-log-count"] = parts.Sum(part => part.Count).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["x-log-progress"] = "Complete";
        return Results.Json(
            parts.Select(part => new
            {
                from = part.From,
                to = part.To,
                count = part.Count,
                progress = "Complete",
            })
        );
    }

    private Task<LogAnswer> FindAsync(SlsCall call, string logstore, LogQuery query, CancellationToken cancellationToken)
    {
        quotas.CheckRead(call.RequiredProject);
        var opened = catalog.Open(call.RequiredProject, logstore);
        return activity.WatchAsync(
            call.RequiredProject,
            logstore,
            query.Text,
            () => queries.FindAsync(opened, Beside(call, logstore), query, cancellationToken),
            answer => answer.Rows.Count
        );
    }

    private ProjectLogstores Beside(SlsCall call, string asked) =>
        new(
            asked,
            name =>
                catalog.AllLogstores().Any(logstore => logstore.Project == call.RequiredProject && logstore.Name == name)
                    ? catalog.Open(call.RequiredProject, name)
                    : null
        );

    private static LogQuery QueryOf(SlsCall call) =>
        new(
            call.Long("from"),
            call.Long("to"),
            call.Query("query") ?? "",
            call.Query("topic") ?? "",
            Number(call, "line", 100, "InvalidLine"),
            Number(call, "offset", 0, "InvalidOffset"),
            call.Query("reverse") switch
            {
                "true" or "True" => true,
                null or "" or "false" or "False" => false,
                var other => throw SlsException.Invalid("InvalidReverse", $"reverse is {other}; true and false are allowed"),
            },
            Nanos("fromNs", Number(call, "fromNs", 0, "ParameterInvalid")),
            Nanos("toNs", Number(call, "toNs", 0, "ParameterInvalid"))
        );

    private static int Nanos(string name, long? value) =>
        value is null ? 0
        : value is >= 0 and < 1_000_000_000 ? (int)value
        : throw SlsException.Parameter($"{name} is {value}; 0 to 999999999 are allowed");

    // What "set session" may say in a statement may be said beside it; only what changes nothing here is taken.
    private static void CheckSession(string session)
    {
        foreach (var setting in session.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!setting.StartsWith("parallel_sql=", StringComparison.OrdinalIgnoreCase))
            {
                throw SlsException.Unsupported($"the session setting {setting}");
            }
        }
    }

    private static int Number(SlsCall call, string name, int otherwise, string code) =>
        call.Query(name) is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw SlsException.Invalid(code, $"{name} is {text}, which is no number");

    private static JsonObject Meta(LogAnswer answer) =>
        new()
        {
            ["progress"] = "Complete",
            ["count"] = answer.Rows.Count,
            ["hasSQL"] = answer.Query.Statement is not null,
            ["aggQuery"] = answer.Query.Statement ?? "",
            ["whereQuery"] = answer.Query.Search,
            ["processedRows"] = answer.Rows.Count,
            ["processedBytes"] = 0,
            ["elapsedMillisecond"] = answer.ElapsedMs,
            ["cpuSec"] = 0,
            ["cpuCores"] = 0,
            ["limited"] = 100,
            ["powerSql"] = false,
            ["insertedSQL"] = "",
            ["keys"] = new JsonArray([.. answer.Keys.Select(key => (JsonNode)key)]),
            ["terms"] = new JsonArray([.. answer.Terms.Select(term => new JsonObject { ["term"] = term.Term, ["key"] = term.Key })]),
            ["marker"] = "",
            ["mode"] = answer.Mode,
            ["phraseQueryInfo"] = null,
            ["shard"] = 0,
            ["scanBytes"] = 0,
            ["isAccurate"] = answer.IsAccurate,
            ["columnTypes"] = new JsonArray([.. answer.ColumnTypes.Select(type => (JsonNode)type)]),
            ["highlights"] = new JsonArray(),
            ["telementryType"] = "",
        };

    private static long? Number(JsonObject body, string member) =>
        body[member] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<long>(out var number) => number,
            JsonValue value when long.TryParse(value.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                number,
            _ => throw SlsException.Parameter($"{member} is not a number"),
        };

    private static string Text(JsonObject body, string member) =>
        body[member] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.ToString() : "";

    // Only to know which logstore to open: the statement itself is read by the parser, and refused if it names another one.
    [GeneratedRegex(@"\bfrom\s+(""(?<name>[^""]+)""|(?<name>[\w-]+))", RegexOptions.IgnoreCase)]
    private static partial Regex FromLogstore();

    private static SlsException Missing(string member) => SlsException.Parameter($"{member} is missing");
}
