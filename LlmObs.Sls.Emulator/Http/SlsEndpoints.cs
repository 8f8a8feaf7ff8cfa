using LlmObs.Sls.Emulator.Status;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>The operations of the service, by method and path.</summary>
public static class SlsEndpoints
{
    public static void MapSls(this WebApplication app)
    {
        app.UseStatusPage();
        var sls = app.MapGroup("").AddEndpointFilter<SlsGate>();

        sls.MapPost("/", ProjectOperations.Create);
        sls.MapGet("/", ProjectOperations.GetOrList);
        sls.MapPut("/", ProjectOperations.Update);
        sls.MapDelete("/", ProjectOperations.DeleteAsync);

        sls.MapPost("/logstores", LogstoreOperations.Create);
        sls.MapGet("/logstores", LogstoreOperations.List);
        sls.MapPut("/logstores/{logstore}", LogstoreOperations.Update);
        sls.MapDelete("/logstores/{logstore}", LogstoreOperations.DeleteAsync);
        sls.MapGet("/logstores/{logstore}/shards", ShardOperations.List);
        sls.MapPost("/logstores/{logstore}/shards/{shard}", ShardOperations.Change);
        sls.MapGet("/logstores/{logstore}/shards/{shard}", ShardOperations.Read);

        sls.MapPost("/logstores/{logstore}/index", IndexOperations.CreateAsync);
        sls.MapPut("/logstores/{logstore}/index", IndexOperations.UpdateAsync);
        sls.MapDelete("/logstores/{logstore}/index", IndexOperations.DeleteAsync);

        sls.MapPost("/logstores/{logstore}/shards/lb", WriteOperations.PutLogsAsync);
        sls.MapPost("/logstores/{logstore}/shards/route", WriteOperations.PutLogsAsync);
        sls.MapPost("/logstores/{logstore}", WriteOperations.PutLogsAsync);
        sls.MapPost("/logstores/{logstore}/track", WriteOperations.TrackAsync);

        sls.MapPost("/logstores/{logstore}/deletelogs", DeletionOperations.DeleteAsync);
        sls.MapPost("/logstores/{logstore}/deletelogtasks", DeletionOperations.Create);
        sls.MapGet("/logstores/{logstore}/deletelogtasks", DeletionOperations.List);
        sls.MapGet("/logstores/{logstore}/deletelogtasks/{task}", DeletionOperations.Get);

        sls.MapPost("/logstores/{logstore}/consumergroups", ConsumerGroupOperations.Create);
        sls.MapGet("/logstores/{logstore}/consumergroups", ConsumerGroupOperations.List);
        sls.MapPut("/logstores/{logstore}/consumergroups/{group}", ConsumerGroupOperations.Update);
        sls.MapDelete("/logstores/{logstore}/consumergroups/{group}", ConsumerGroupOperations.Delete);
        sls.MapPost("/logstores/{logstore}/consumergroups/{group}", ConsumerGroupOperations.Tell);
        sls.MapGet("/logstores/{logstore}/consumergroups/{group}", ConsumerGroupOperations.Checkpoints);

        // One path, several operations: the parameter "type" tells.
        sls.MapGet(
            "/logstores/{logstore}",
            (HttpContext context, string logstore, ReadOperations read) =>
                SlsCall.Of(context).Query("type") switch
                {
                    "log" => read.GetLogsAsync(context, logstore),
                    "histogram" => read.GetHistogramsAsync(context, logstore),
                    "context_log" => StreamOperations.GetContextAsync(context, logstore),
                    "topic" => StreamOperations.ListTopicsAsync(context, logstore),
                    null or "" => Task.FromResult(LogstoreOperations.Get(context, logstore)),
                    var type => throw SlsException.Unsupported($"GET /logstores/{{logstore}}?type={type}"),
                }
        );
        sls.MapGet(
            "/logstores/{logstore}/index",
            (HttpContext context, string logstore, ReadOperations read) =>
                SlsCall.Of(context).Query("type") == "histogram"
                    ? read.GetHistogramsAsync(context, logstore)
                    : Task.FromResult(IndexOperations.Get(context, logstore))
        );
        sls.MapPost(
            "/logstores/{logstore}/logs",
            (HttpContext context, string logstore, ReadOperations read) => read.GetLogsV2Async(context, logstore)
        );

        sls.MapGet("/logs", (HttpContext context, ReadOperations read) => read.GetProjectLogsAsync(context));

        sls.MapFallback(
            "{**path}",
            (HttpContext context) =>
                throw (
                    context.Request.Method is "GET" or "POST" or "PUT" or "DELETE"
                        ? SlsException.Unsupported($"{context.Request.Method} {context.Request.Path}")
                        : new SlsException(405, "InvalidMethod", $"method {context.Request.Method} is not supported")
                )
        );
    }
}
