using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class LogstoreOperations
{
    private const string Bad = "LogStoreInfoInvalid";
    private const int DefaultPage = 200;
    private const int MaxPage = 500;

    public static IResult Create(HttpContext context, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        var name = body.Text("logstoreName", Bad) ?? throw SlsException.Invalid(Bad, "logstoreName is missing");
        catalog.CreateLogstore(call.RequiredProject, name, Ttl(body), Checked(body));
        return Results.Ok();
    }

    /// <summary>What the body leaves out stays; the number of shards changes only by splitting and merging.</summary>
    public static IResult Update(HttpContext context, string logstore, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        if (body.Text("logstoreName", Bad) is { } name && name != logstore)
        {
            throw SlsException.Invalid(Bad, $"logstoreName {name} is not the {logstore} of the path");
        }
        catalog.UpdateLogstore(call.RequiredProject, logstore, Ttl(body), Checked(body));
        return Results.Ok();
    }

    public static async Task<IResult> DeleteAsync(HttpContext context, string logstore, SlsCatalog catalog)
    {
        await catalog.DeleteLogstoreAsync(SlsCall.Of(context).RequiredProject, logstore);
        return Results.Ok();
    }

    public static IResult List(HttpContext context, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var all = catalog
            .Logstores(call.RequiredProject)
            .Where(logstore =>
                logstore.Name.Contains(call.Query("logstoreName") ?? "", StringComparison.Ordinal)
                && Matches(call.Query("mode"), logstore.Settings.Text("mode", Bad) ?? "standard")
                && Matches(call.Query("telemetryType"), logstore.Settings.Text("telemetryType", Bad) is { Length: > 0 } type ? type : "None")
            )
            .Select(logstore => logstore.Name)
            .ToList();
        var page = call.Page(all, DefaultPage, MaxPage);
        return Results.Json(
            new
            {
                count = page.Count,
                total = all.Count,
                logstores = page,
            }
        );
    }

    public static IResult Get(HttpContext context, string logstore)
    {
        var catalog = context.RequestServices.GetRequiredService<SlsCatalog>();
        var project = SlsCall.Of(context).RequiredProject;
        var definition = catalog.Logstore(project, logstore);
        var answer = new JsonObject
        {
            ["logstoreName"] = definition.Name,
            ["ttl"] = definition.Ttl,
            ["shardCount"] = catalog.Shards(project, logstore).Count(shard => shard.IsWritable),
            ["enable_tracking"] = false,
            ["autoSplit"] = false,
            ["maxSplitShard"] = 1,
            ["appendMeta"] = false,
            ["telemetryType"] = "",
            ["mode"] = "standard",
            ["archiveSeconds"] = 0,
            ["productType"] = "",
        };
        foreach (var (member, value) in definition.Settings.Where(setting => setting.Key is not ("shardCount" or "ttl" or "logstoreName")))
        {
            answer[member] = value?.DeepClone();
        }
        answer["createTime"] = definition.CreatedAt;
        answer["lastModifyTime"] = definition.ModifiedAt;
        return Results.Json(answer);
    }

    private static bool Matches(string? wanted, string actual) => wanted is null or "" || wanted.Equals(actual, StringComparison.OrdinalIgnoreCase);

    private static int Ttl(JsonObject body) => body.Int("ttl", Bad) ?? throw SlsException.Invalid(Bad, "ttl is missing");

    private static JsonObject Checked(JsonObject body)
    {
        body.Flag("enable_tracking", Bad);
        body.Flag("appendMeta", Bad);
        body.Flag("autoSplit", Bad);
        body.Flag("enableModify", Bad);
        if (body.Int("shardCount", Bad) is < 1 or > 256)
        {
            throw SlsException.Invalid(Bad, $"shardCount is {body["shardCount"]}; 1 to 256 are allowed");
        }
        if (body.Int("maxSplitShard", Bad) is < 0 or > 256)
        {
            throw SlsException.Invalid(Bad, $"maxSplitShard is {body["maxSplitShard"]}; 1 to 256 are allowed");
        }
        if (body.Text("mode", Bad) is not (null or "" or "standard" or "query"))
        {
            throw SlsException.Invalid(Bad, $"mode is {body["mode"]}; standard and query are allowed");
        }
        if (body.Text("telemetryType", Bad) is not (null or "" or "None" or "Metrics"))
        {
            throw SlsException.Invalid(Bad, $"telemetryType is {body["telemetryType"]}; Metrics, or nothing for logs, is allowed");
        }
        return body;
    }
}
