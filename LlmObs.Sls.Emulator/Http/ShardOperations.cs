using System.Globalization;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>Shards, their cursors, and reading by them.</summary>
internal static class ShardOperations
{
    private const long MaxPullBytes = 10 * 1024 * 1024;

    public static IResult List(HttpContext context, string logstore, SlsCatalog catalog) =>
        Show(catalog.Shards(SlsCall.Of(context).RequiredProject, logstore));

    public static IResult Change(HttpContext context, string logstore, string shard, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        var id = Id(shard);
        return Show(
            call.Query("action") switch
            {
                "split" => catalog.ChangeShards(
                    call.RequiredProject,
                    logstore,
                    (shards, now) => Shards.Split(shards, id, call.Query("key"), call.Int("shardCount", 2), now)
                ),
                "merge" => catalog.ChangeShards(call.RequiredProject, logstore, (shards, now) => Shards.Merge(shards, id, now)),
                var action => throw SlsException.Parameter($"action {action} is neither split nor merge"),
            }
        );
    }

    public static IResult Read(HttpContext context, string logstore, string shard, SlsCatalog catalog, Quotas quotas)
    {
        var call = SlsCall.Of(context);
        var id = Shards.Find(catalog.Shards(call.RequiredProject, logstore), Id(shard)).Id;
        var opened = catalog.Open(call.RequiredProject, logstore);
        return call.Query("type") switch
        {
            "cursor" => Results.Json(new { cursor = Cursor.Write(At(call, opened, id)) }),
            "cursor_time" => Results.Json(new { cursor_time = CursorTime(context, opened, id, Cursor.Read(call.Query("cursor") ?? "")) }),
            "log" or "logs" => Pull(context, call, opened, id, bytes => quotas.CheckPull(call.RequiredProject, logstore, id, bytes)),
            var type => throw SlsException.Unsupported($"GET /logstores/{{logstore}}/shards/{{shard}}?type={type}"),
        };
    }

    private static LogPosition At(SlsCall call, Logstore logstore, int shard) =>
        call.Query("from") switch
        {
            "begin" => logstore.Readable.Begin,
            "end" => logstore.Readable.End,
            _ => logstore.ReceivedAt(shard, call.Long("from")),
        };

    // At the end there is no group yet: the next one will be received now or later.
    private static long CursorTime(HttpContext context, Logstore logstore, int shard, LogPosition cursor)
    {
        var (groups, _) = logstore.Pull(shard, cursor, null, 1, MaxPullBytes);
        return groups.Count > 0
            ? groups[0].ReceivedUnixMs / 1000
            : context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();
    }

    private static IResult Pull(HttpContext context, SlsCall call, Logstore logstore, int shard, Action<int> checkQuota)
    {
        if (call.Query("query") is { Length: > 0 })
        {
            throw SlsException.Unsupported("PullLogs with a query (SPL)");
        }
        var count = call.Int("count", 1000);
        if (count is < 1 or > 1000)
        {
            throw SlsException.Parameter($"count is {count}; 1 to 1000 are allowed");
        }
        var until = call.Query("end_cursor") is { Length: > 0 } end ? Cursor.Read(end) : (LogPosition?)null;
        var (groups, next) = logstore.Pull(shard, Cursor.Read(call.Query("cursor") ?? ""), until, count, MaxPullBytes);
        var list = new LogGroupList();
        list.LogGroups.AddRange(groups.Select(group => LogGroup.Parser.ParseFrom(group.Payload)));
        var raw = list.ToByteArray();
        checkQuota(raw.Length);
        var headers = context.Response.Headers;
        headers["x-log-cursor"] = Cursor.Write(next);
        headers["x-log-count"] = groups.Count.ToString(CultureInfo.InvariantCulture);
        headers["x-log-bodyrawsize"] = raw.Length.ToString(CultureInfo.InvariantCulture);
        if (groups.Count > 0)
        {
            headers["x-log-read-last-cursor"] = Cursor.Number(groups[^1].Start).ToString(CultureInfo.InvariantCulture);
            headers["x-log-cursor-time"] = (groups[^1].ReceivedUnixMs / 1000).ToString(CultureInfo.InvariantCulture);
        }
        if (raw.Length == 0 || BodyCompression.Choose(call.Request.Header("accept-encoding")) is not { } compression)
        {
            return Results.Bytes(raw, "application/x-protobuf");
        }
        headers["x-log-compresstype"] = compression;
        return Results.Bytes(BodyCompression.Compress(raw, compression), "application/x-protobuf");
    }

    private static IResult Show(IEnumerable<Shard> shards) =>
        Results.Json(
            shards.Select(shard => new
            {
                shardID = shard.Id,
                status = shard.IsWritable ? "readwrite" : "readonly",
                inclusiveBeginKey = shard.BeginKey,
                exclusiveEndKey = shard.EndKey,
                createTime = shard.CreatedAt,
            })
        );

    private static int Id(string shard) =>
        int.TryParse(shard, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw SlsException.Invalid("ShardNotExist", $"shard {shard} does not exist");
}
