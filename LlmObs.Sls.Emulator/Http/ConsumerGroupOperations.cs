using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class ConsumerGroupOperations
{
    private const string Bad = "JsonInfoInvalid";

    public static IResult Create(HttpContext context, string logstore, ConsumerGroups groups)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        var name = body.Text("consumerGroup", Bad) ?? throw SlsException.Invalid(Bad, "consumerGroup is missing");
        groups.Create(
            call.RequiredProject,
            logstore,
            new ConsumerGroupDefinition(name, Timeout(body) ?? throw SlsException.Invalid(Bad, "timeout is missing"), Order(body) ?? false, [])
        );
        return Results.Ok();
    }

    public static IResult List(HttpContext context, string logstore, ConsumerGroups groups) =>
        Results.Json(
            groups
                .List(SlsCall.Of(context).RequiredProject, logstore)
                .Select(group => new
                {
                    name = group.Name,
                    timeout = group.TimeoutSeconds,
                    order = group.IsOrdered,
                })
        );

    public static IResult Update(HttpContext context, string logstore, string group, ConsumerGroups groups)
    {
        var call = SlsCall.Of(context);
        var body = call.Json();
        groups.Update(
            call.RequiredProject,
            logstore,
            group,
            old => old with { TimeoutSeconds = Timeout(body) ?? old.TimeoutSeconds, IsOrdered = Order(body) ?? old.IsOrdered }
        );
        return Results.Ok();
    }

    public static IResult Delete(HttpContext context, string logstore, string group, ConsumerGroups groups)
    {
        groups.Delete(SlsCall.Of(context).RequiredProject, logstore, group);
        return Results.Ok();
    }

    /// <summary>A consumer says what it holds, or how far it has come.</summary>
    public static IResult Tell(HttpContext context, string logstore, string group, ConsumerGroups groups)
    {
        var call = SlsCall.Of(context);
        var consumer = call.Query("consumer") ?? "";
        switch (call.Query("type"))
        {
            case "heartbeat" when consumer.Length > 0:
                return Results.Json(groups.Heartbeat(call.RequiredProject, logstore, group, consumer, Held(call)));
            case "checkpoint":
                var body = call.Json();
                var shard =
                    body["shard"] is JsonValue number && int.TryParse(number.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? id
                        : throw SlsException.Invalid(Bad, "shard is missing or not a number");
                groups.Checkpoint(
                    call.RequiredProject,
                    logstore,
                    group,
                    consumer,
                    shard,
                    body["checkpoint"]?.ToString() ?? "",
                    call.Query("forceSuccess") is "true" or "True"
                );
                return Results.Ok();
            case "heartbeat":
                throw SlsException.Parameter("consumer is missing");
            case var type:
                throw SlsException.Unsupported($"POST /logstores/{{logstore}}/consumergroups/{{group}}?type={type}");
        }
    }

    public static IResult Checkpoints(HttpContext context, string logstore, string group, ConsumerGroups groups)
    {
        var call = SlsCall.Of(context);
        var shard = call.Query("shard") is { Length: > 0 } ? call.Int("shard", 0) : (int?)null;
        var all = groups.Find(call.RequiredProject, logstore, group).Checkpoints;
        return Results.Json(
            all.Where(checkpoint => shard is null || checkpoint.Shard == shard)
                .Select(checkpoint => new
                {
                    shard = checkpoint.Shard,
                    checkpoint = checkpoint.Checkpoint,
                    updateTime = checkpoint.UpdatedAt,
                    consumer = checkpoint.Consumer,
                })
        );
    }

    private static int[] Held(SlsCall call)
    {
        try
        {
            return call.Request.Body.Length == 0 ? [] : JsonSerializer.Deserialize<int[]>(call.Request.Body.Span) ?? [];
        }
        catch (JsonException)
        {
            throw SlsException.Invalid("PostBodyInvalid", "the body of a heartbeat is an array of shard ids");
        }
    }

    private static int? Timeout(JsonObject body) => body.Int("timeout", Bad);

    private static bool? Order(JsonObject body) => body.Flag("order", Bad);
}
