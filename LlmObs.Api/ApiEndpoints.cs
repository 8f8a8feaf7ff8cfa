using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmObs.Api;

/// <summary>The JSON API: the same in Web, where people look, and in Ingest, where programs already send to.</summary>
public static class ApiEndpoints
{
    /// <summary>Registers the OpenAPI document. Readers come from Storage and TraceLog, which the host registers.</summary>
    public static TBuilder AddLlmObsApi<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddOpenApi("v1", options => options.AddDocumentTransformer<ApiDocument>());
        builder.Services.AddProblemDetails();
        builder.Services.Configure<JsonOptions>(json =>
            json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        );
        return builder;
    }

    /// <summary>Maps <c>/api/v1</c> and its OpenAPI document, <c>/api/v1/openapi.json</c>.</summary>
    public static IEndpointRouteBuilder MapLlmObsApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/api/{documentName}/openapi.json").AllowAnonymous();

        var api = routes.MapGroup("/api/v1").AllowAnonymous().AddEndpointFilter<ApiErrors>().AddEndpointFilter<ApiAccess>();
        api.MapGet("/traces/{traceId}", TraceApi.GetTraceAsync)
            .Describe("getTrace", "One trace, normalised, with the content of every span.")
            .Produces<ApiTrace>()
            .ProducesProblem(404);
        api.MapGet("/traces", TraceApi.FindTracesAsync)
            .Describe("findTraces", "Traces that hold spans matching a query, newest first.")
            .Produces<ApiTracePage>()
            .ProducesProblem(400)
            .ProducesProblem(503);
        api.MapGet("/spans", TraceApi.FindSpansAsync)
            .Describe("findSpans", "Spans matching a query, newest first.")
            .Produces<ApiSpanPage>()
            .ProducesProblem(400)
            .ProducesProblem(503);
        api.MapGet("/sessions/{sessionId}", TraceApi.GetSessionAsync)
            .Describe("getSession", "A session with its traces, oldest first, at most 500.")
            .Produces<ApiSession>()
            .ProducesProblem(404);
        api.MapGet("/status", StatusApi.GetAsync).Describe("getStatus", "What is stored, and what still waits for SLS.").Produces<ApiStatus>();
        api.MapFallback(() => Results.Problem("There is no such resource; see /api/v1/openapi.json.", statusCode: StatusCodes.Status404NotFound));
        return routes;
    }

    private static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string name, string summary) =>
        route
            .WithName(name)
            .WithSummary(summary)
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
}
