using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class IndexOperations
{
    public static async Task<IResult> CreateAsync(HttpContext context, string logstore, SlsCatalog catalog)
    {
        var opened = catalog.Open(SlsCall.Of(context).RequiredProject, logstore);
        if (opened.Columns.Index is not null)
        {
            throw SlsException.Invalid("IndexAlreadyExist", "log store index is already created");
        }
        await opened.ChangeIndexAsync(IndexDefinition.Parse(SlsCall.Of(context).Json()), context.RequestAborted);
        return Results.Ok();
    }

    public static async Task<IResult> UpdateAsync(HttpContext context, string logstore, SlsCatalog catalog)
    {
        var opened = catalog.Open(SlsCall.Of(context).RequiredProject, logstore);
        _ = opened.Columns.Index ?? throw SlsException.IndexNotExist();
        await opened.ChangeIndexAsync(IndexDefinition.Parse(SlsCall.Of(context).Json()), context.RequestAborted);
        return Results.Ok();
    }

    public static async Task<IResult> DeleteAsync(HttpContext context, string logstore, SlsCatalog catalog)
    {
        var opened = catalog.Open(SlsCall.Of(context).RequiredProject, logstore);
        _ = opened.Columns.Index ?? throw SlsException.IndexNotExist();
        await opened.ChangeIndexAsync(null, context.RequestAborted);
        return Results.Ok();
    }

    public static IResult Get(HttpContext context, string logstore)
    {
        var catalog = context.RequestServices.GetRequiredService<SlsCatalog>();
        var project = SlsCall.Of(context).RequiredProject;
        var opened = catalog.Open(project, logstore);
        var answer = (JsonObject)(opened.Columns.Index ?? throw SlsException.IndexNotExist()).Json.DeepClone();
        answer["index_mode"] = "v2";
        answer["storage"] = "pg";
        answer["ttl"] ??= catalog.Logstore(project, logstore).Ttl;
        answer["lastModifyTime"] = opened.IndexChangedAt;
        return Results.Json(answer);
    }
}
