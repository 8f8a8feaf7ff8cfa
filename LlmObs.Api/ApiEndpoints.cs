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
        builder.Services.AddSingleton<ScoreLookup>();
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
        api.MapGet("/scores", ScoreApi.FindScoresAsync)
            .Describe("findScores", "Scores and feedback, newest first.")
            .Produces<ApiScorePage>()
            .ProducesProblem(400);
        api.MapGet("/status", StatusApi.GetAsync).Describe("getStatus", "What is stored, and what still waits for SLS.").Produces<ApiStatus>();
        // Sending needs the other scope.
        var sending = routes.MapGroup("/api/v1").AllowAnonymous().AddEndpointFilter<ApiErrors>().AddEndpointFilter<ApiSendAccess>();
        sending
            .MapPost("/scores", ScoreApi.PostScoreAsync)
            .Describe("postScore", "Keeps a score of a trace, span, session or request, which may come later. The same id again replaces it.")
            .Produces<ApiScoreId>()
            .ProducesProblem(400)
            .ProducesProblem(503);
        sending
            .MapPost("/feedback", ScoreApi.PostFeedbackAsync)
            .Describe("postFeedback", "Keeps what a user thinks of an answer: a score named user_feedback unless it says otherwise.")
            .Produces<ApiScoreId>()
            .ProducesProblem(400)
            .ProducesProblem(503);
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
