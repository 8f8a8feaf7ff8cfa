using System.Globalization;
using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Http;

internal static class ProjectOperations
{
    public static IResult Create(HttpContext context, SlsCatalog catalog)
    {
        var body = SlsCall.Of(context).Json();
        catalog.CreateProject(
            (string?)body["projectName"] ?? throw SlsException.Parameter("projectName is missing"),
            (string?)body["description"] ?? ""
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
        catalog.UpdateProject(call.RequiredProject, (string?)call.Json()["description"] ?? "");
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
        var page = all.Skip(call.Int("offset", 0)).Take(call.Int("size", 500)).Select(project => Show(project, options)).ToList();
        return Results.Json(
            new
            {
                count = page.Count,
                total = all.Count,
                projects = page,
            }
        );
    }

    private static object Show(ProjectDefinition project, EmulatorOptions options) =>
        new
        {
            projectName = project.Name,
            description = project.Description,
            status = "Normal",
            owner = "",
            region = "local",
            createTime = Time(project.CreatedAt, options),
            lastModifyTime = Time(project.ModifiedAt, options),
        };

    private static string Time(long unixSeconds, EmulatorOptions options) =>
        DateTimeOffset
            .FromUnixTimeSeconds(unixSeconds)
            .AddMinutes(options.UtcOffsetMinutes)
            .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
