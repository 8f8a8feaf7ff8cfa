using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class LogstoreOperations
{
    public static IResult Create(HttpContext context, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        var name = (string?)body["logstoreName"] ?? throw SlsException.Invalid("LogStoreInfoInvalid", "logstoreName is missing");
        catalog.CreateLogstore(call.RequiredProject, name, Ttl(body), body);
        return Results.Ok();
    }

    public static IResult Update(HttpContext context, string logstore, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        catalog.UpdateLogstore(call.RequiredProject, logstore, Ttl(body), body);
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
            .Select(logstore => logstore.Name)
            .Where(name => name.Contains(call.Query("logstoreName") ?? "", StringComparison.Ordinal))
            .ToList();
        var page = all.Skip(call.Int("offset", 0)).Take(call.Int("size", 200)).ToList();
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

    private static int Ttl(JsonObject body) =>
        body["ttl"] is JsonValue value && value.TryGetValue<int>(out var days)
            ? days
            : throw SlsException.Invalid("LogStoreInfoInvalid", "ttl is missing or not a number");
}
