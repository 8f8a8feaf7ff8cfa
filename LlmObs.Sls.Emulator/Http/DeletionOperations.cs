using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Queries;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>Deleting logs: at once, where the logstore allows changes, or by a task that goes on by itself.</summary>
internal static class DeletionOperations
{
    private const int DefaultPage = 100;
    private const int MaxPage = 500;

    public static async Task<IResult> DeleteAsync(HttpContext context, string logstore, SlsCatalog catalog, LogDeletion deletion)
    {
        var call = SlsCall.Of(context);
        if (!catalog.Logstore(call.RequiredProject, logstore).AllowsChanges)
        {
            throw SlsException.Parameter($"logstore {logstore} does not allow its logs to be changed: it was created without enableModify");
        }
        if (call.Json().ContainsKey("rowId"))
        {
            throw SlsException.Unsupported("rowId; name the logs by query");
        }
        var (opened, query) = Asked(call, logstore, catalog);
        var count = await deletion.RunAsync(opened, query, opened.NextSequence, _ => { }, context.RequestAborted);
        // The documentation spells it one way, a client of the service reads it in the other.
        return Results.Json(new { affectedRows = count, affected_rows = count });
    }

    public static IResult Create(HttpContext context, string logstore, SlsCatalog catalog, DeletionTasks tasks, DeletionWorker worker)
    {
        var call = SlsCall.Of(context);
        var (opened, query) = Asked(call, logstore, catalog);
        var task = new DeletionTask(Guid.NewGuid().ToString("N"), query.Text, query.From, query.To, opened.NextSequence);
        tasks.Add(call.RequiredProject, logstore, task);
        worker.Begin(call.RequiredProject, logstore, task.Id);
        return Results.Json(new { taskId = task.Id });
    }

    public static IResult List(HttpContext context, string logstore, DeletionTasks tasks)
    {
        var call = SlsCall.Of(context);
        var all = tasks.List(call.RequiredProject, logstore);
        var page = call.Page(all, DefaultPage, MaxPage);
        return Results.Json(
            new
            {
                count = page.Count,
                total = all.Count,
                tasks = page.Select(Show),
            }
        );
    }

    public static IResult Get(HttpContext context, string logstore, string task, DeletionTasks tasks) =>
        Results.Json(Show(tasks.Find(SlsCall.Of(context).RequiredProject, logstore, task)));

    private static (Logstore Opened, LogQuery Query) Asked(SlsCall call, string logstore, SlsCatalog catalog)
    {
        var body = call.Json();
        var query = new LogQuery(Time(body, "from"), Time(body, "to"), body.Text("query", "ParameterInvalid") ?? throw Missing("query"));
        var opened = catalog.Open(call.RequiredProject, logstore);
        LogDeletion.Check(opened, query);
        return (opened, query);
    }

    private static int Time(JsonObject body, string member) => body.Int(member, "ParameterInvalid") ?? throw Missing(member);

    private static SlsException Missing(string member) => SlsException.Parameter($"{member} is missing");

    private static object Show(DeletionTask task) =>
        new
        {
            taskId = task.Id,
            query = task.Query,
            from = task.From,
            to = task.To,
            progress = task.Progress,
            errorCode = task.ErrorCode,
            errorMessage = task.ErrorMessage,
        };
}
