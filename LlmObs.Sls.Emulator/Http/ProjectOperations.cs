using System.Globalization;
using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class ProjectOperations
{
    private const string Bad = "ParameterInvalid";
    private const int MaxPage = 500;

    // Kept and answered as they were sent; nothing here depends on them.
    private static readonly string[] Kept = ["dataRedundancyType", "resourceGroupId", "recycleBinEnabled"];

    public static IResult Create(HttpContext context, SlsCatalog catalog)
    {
        var body = SlsCall.Of(context).Json();
        if (body.Text("dataRedundancyType", Bad) is not (null or "" or "LRS" or "ZRS"))
        {
            throw SlsException.Parameter("dataRedundancyType is LRS or ZRS");
        }
        catalog.CreateProject(
            body.Text("projectName", Bad) ?? throw SlsException.Parameter("projectName is missing"),
            body.Text("description", Bad) ?? "",
            new JsonObject(Kept.Where(body.ContainsKey).Select(member => KeyValuePair.Create(member, body[member]?.DeepClone())))
        );
        return Results.Ok();
    }

    public static IResult GetOrList(HttpContext context, SlsCatalog catalog, EmulatorOptions options)
    {
        var call = SlsCall.Of(context);
        return call.Project is null ? List(call, catalog, options) : Results.Json(Show(catalog.Project(call.Project), options));
    }

    public static IResult Update(HttpContext context, SlsCatalog catalog)
    {
        var call = SlsCall.Of(context);
        catalog.UpdateProject(call.RequiredProject, call.Json().Text("description", Bad) ?? "");
        return Results.Ok();
    }

    public static async Task<IResult> DeleteAsync(HttpContext context, SlsCatalog catalog)
    {
        await catalog.DeleteProjectAsync(SlsCall.Of(context).RequiredProject);
        return Results.Ok();
    }

    private static IResult List(SlsCall call, SlsCatalog catalog, EmulatorOptions options)
    {
        var all = catalog.Projects().Where(project => project.Name.Contains(call.Query("projectName") ?? "", StringComparison.Ordinal)).ToList();
        var page = call.Page(all, MaxPage, MaxPage).Select(project => Show(project, options)).ToList();
        return Results.Json(
            new
            {
                count = page.Count,
                total = all.Count,
                projects = page,
            }
        );
    }

    private static JsonObject Show(ProjectDefinition project, EmulatorOptions options)
    {
        var answer = new JsonObject
        {
            ["projectName"] = project.Name,
            ["description"] = project.Description,
            ["status"] = "Normal",
            ["owner"] = "",
            ["region"] = "local",
            ["createTime"] = Time(project.CreatedAt, options),
            ["lastModifyTime"] = Time(project.ModifiedAt, options),
            ["dataRedundancyType"] = "LRS",
            ["resourceGroupId"] = "",
            ["recycleBinEnabled"] = false,
            ["location"] = "",
        };
        foreach (var (member, value) in project.Settings ?? [])
        {
            answer[member] = value?.DeepClone();
        }
        return answer;
    }

    private static string Time(long unixSeconds, EmulatorOptions options) =>
        DateTimeOffset
            .FromUnixTimeSeconds(unixSeconds)
            .AddMinutes(options.UtcOffsetMinutes)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
