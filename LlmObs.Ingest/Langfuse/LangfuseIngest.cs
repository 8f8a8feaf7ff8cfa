using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Dify;
using LlmObs.Ingest.Mapping.Content;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Registers and maps what Langfuse's clients call, at the root and under any prefix: <c>http://host:4318/langfuse</c> is a base address too.</summary>
public static class LangfuseIngest
{
    private const string Root = "/api/public";
    private const string VersionHeader = "x-langfuse-ingestion-version";
    private const int NewestVersion = 4;

    public static WebApplicationBuilder AddLangfuseIngest(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LangfuseOptions>().BindConfiguration(LangfuseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ObservationMapper>();
        services.AddSingleton<StepMapper>();
        services.AddSingleton<ToldCallers>();
        services.AddSingleton<IngestionReceiver>();
        services.AddSingleton<LangfuseRequest>();
        services.AddSingleton<MediaApi>();
        services.AddHostedService<UpdatedSpanLoop>();
        return builder;
    }

    public static WebApplication MapLangfuseIngest(this WebApplication app)
    {
        app.Use(Enter);
        app.UseRouting();

        var api = app.MapGroup(Root).ExcludeFromDescription();
        api.MapPost("/ingestion", IngestAsync);
        api.MapPost("/scores", ScoreAsync);
        api.MapDelete("/scores/{id}", DeleteScoreAsync);
        api.MapGet("/projects", ProjectsAsync);
        api.MapGet("/health", Health);
        api.MapGet("/ready", Health);
        api.MapGet("/v2/prompts", PromptsAsync);
        api.MapGet("/v2/prompts/{**name}", PromptAsync);
        api.MapMedia();
        api.MapMethods("/{**path}", [HttpMethods.Options], Preflight);
        api.MapFallback(Unknown);
        app.MapProjectRedirect();
        return app;
    }

    private static void MapMedia(this RouteGroupBuilder api)
    {
        api.MapPost(
            "/media",
            (HttpContext context, LangfuseRequest request, MediaApi media) =>
                request.HandleJsonAsync(context, "media", (sender, body) => media.AnnounceAsync(context, sender.Project!, body))
        );
        api.MapPut(
            "/media/{mediaId}/upload/{projectId:int}",
            (HttpContext context, LangfuseRequest request, MediaApi media, IOptions<LangfuseOptions> options, int projectId, string mediaId) =>
                request.HandleBytesAsync(
                    context,
                    "media",
                    options.Value.MaxMediaBytes,
                    bytes => media.UploadAsync(context, projectId, mediaId, bytes)
                )
        );
        api.MapPatch(
            "/media/{mediaId}",
            (HttpContext context, LangfuseRequest request) => request.HandleAsync(context, "media", _ => Task.FromResult(Results.Ok()))
        );
        api.MapGet(
            "/media/{mediaId}",
            (HttpContext context, LangfuseRequest request, MediaApi media, string mediaId) =>
                request.HandleAsync(context, "media", project => media.DescribeAsync(context, project, mediaId))
        );
        api.MapGet(
            "/media/{mediaId}/content",
            (HttpContext context, LangfuseRequest request, MediaApi media, string mediaId) =>
                request.HandleAsync(context, "media", project => media.ContentAsync(context, project, mediaId))
        );
    }

    private static Task<IResult> IngestAsync(HttpContext context, LangfuseRequest request, SenderAccess access, IngestionReceiver receiver) =>
        request.HandleJsonAsync(
            context,
            "ingestion",
            async (sender, body) =>
            {
                if (body.Member("batch") is not { ValueKind: JsonValueKind.Array } batch)
                {
                    return LangfuseAnswer.Invalid("batch: an array of events is needed");
                }

                return access.TakeSpans(sender, batch.GetArrayLength()) is { } refusal
                    ? LangfuseAnswer.Of(refusal, context.Response)
                    : LangfuseAnswer.Of(await receiver.ReceiveAsync(batch, sender, context.RequestAborted));
            },
            takesPublicHalf: true
        );

    private static Task<IResult> ScoreAsync(HttpContext context, LangfuseRequest request, IngestionReceiver receiver) =>
        request.HandleJsonAsync(
            context,
            "scores",
            async (sender, body) =>
            {
                var (id, fault) = await receiver.ScoreAsync(body, sender.Project!, context.RequestAborted);
                return fault is null ? LangfuseAnswer.Json(new JsonObject { ["id"] = id }) : LangfuseAnswer.Invalid(fault);
            },
            takesPublicHalf: true
        );

    private static Task<IResult> DeleteScoreAsync(HttpContext context, LangfuseRequest request, Storage.Writing.ScoreWriter scores, string id) =>
        request.HandleAsync(
            context,
            "scores",
            async project =>
                await scores.DeleteAsync(project, id, context.RequestAborted)
                    ? LangfuseAnswer.Json(new JsonObject { ["message"] = "The score is deleted." }, StatusCodes.Status202Accepted)
                    : LangfuseAnswer.Error(StatusCodes.Status404NotFound, "LangfuseNotFoundError", $"There is no score '{id}' in this project.")
        );

    private static Task<IResult> ProjectsAsync(HttpContext context, LangfuseRequest request) =>
        request.HandleAsync(
            context,
            "projects",
            project => Task.FromResult(LangfuseAnswer.Json(new JsonObject { ["data"] = new JsonArray(Describe(project)) }))
        );

    private static JsonObject Describe(Project project) =>
        new()
        {
            ["id"] = project.Name,
            ["name"] = project.Name,
            ["organization"] = new JsonObject { ["id"] = "llmobs", ["name"] = "LlmObs" },
            ["metadata"] = new JsonObject(),
            ["retentionDays"] = null,
        };

    private static IResult Health() =>
        LangfuseAnswer.Json(
            new JsonObject
            {
                ["status"] = "OK",
                ["version"] = typeof(LangfuseIngest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            }
        );

    // There is no prompt store: clients take the fallback they were given, and do not ask again for a minute.
    private static Task<IResult> PromptAsync(HttpContext context, LangfuseRequest request, string name) =>
        request.HandleAsync(
            context,
            "prompts",
            _ =>
                Task.FromResult(
                    LangfuseAnswer.Error(
                        StatusCodes.Status404NotFound,
                        "LangfuseNotFoundError",
                        $"Prompt not found: '{name}'. LlmObs keeps no prompts; give the client a fallback."
                    )
                )
        );

    private static Task<IResult> PromptsAsync(HttpContext context, LangfuseRequest request) =>
        request.HandleAsync(
            context,
            "prompts",
            _ =>
                Task.FromResult(
                    LangfuseAnswer.Json(
                        new JsonObject
                        {
                            ["data"] = new JsonArray(),
                            ["meta"] = new JsonObject
                            {
                                ["page"] = 1,
                                ["limit"] = 50,
                                ["totalItems"] = 0,
                                ["totalPages"] = 0,
                            },
                        }
                    )
                )
        );

    private static IResult Preflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
        headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders.ToString() is { Length: > 0 } asked ? asked : "*";
        headers.AccessControlMaxAge = "86400";
        return Results.NoContent();
    }

    // The fallback takes what routing would have answered with an empty 405 as well; clients read errors as JSON.
    private static IResult Unknown(HttpContext context, EndpointDataSource routes)
    {
        var (method, path) = (context.Request.Method, context.Request.Path);
        var isServed = routes
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [not "OPTIONS"])
            .Any(route => new TemplateMatcher(new RouteTemplate(route.RoutePattern), []).TryMatch(path, []));
        return isServed
            ? LangfuseAnswer.Error(StatusCodes.Status405MethodNotAllowed, "MethodNotAllowedError", $"{method} is not allowed on {path}.")
            : LangfuseAnswer.Error(
                StatusCodes.Status404NotFound,
                "LangfuseNotFoundError",
                $"{method} {path} is not served here; see docs/wire-formats.md of LlmObs."
            );
    }

    private static Task Enter(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.IndexOf(Root + "/", StringComparison.Ordinal) is > 0 and var at)
        {
            context.Request.PathBase = context.Request.PathBase.Add(path[..at]);
            context.Request.Path = path[at..];
        }

        if (context.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal))
        {
            // Browsers send too, from any page; what counts is the key, which no browser adds by itself.
            context.Response.Headers.AccessControlAllowOrigin = "*";
            if (long.TryParse(context.Request.Headers[VersionHeader], out var version) && version > NewestVersion)
            {
                return LangfuseAnswer
                    .Invalid($"{VersionHeader}: {version} is not known here; the newest that is, is {NewestVersion}")
                    .ExecuteAsync(context);
            }
        }

        return next(context);
    }
}
