using System.Diagnostics;
using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Scripted;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Web;

/// <summary>The ways in: <c>POST /ask</c> for programs, the form on <c>/</c> for people.</summary>
internal static class AskEndpoints
{
    private const int LongestQuestion = 1_000;
    private const string Policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private sealed record AskRequest(string? Question, string? SessionId, string? UserId);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(
            "/ask",
            async (AskRequest ask, HttpRequest request, Copilot copilot) =>
            {
                if (ToQuestion(ask) is not { } question)
                {
                    return Results.BadRequest(new { error = $"'question' must have 1 to {LongestQuestion} characters." });
                }

                ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);
                return Results.Json(await copilot.AskAsync(question, caller, request.HttpContext.RequestAborted), Spans.Json);
            }
        );

        app.MapGet("/", (HttpResponse response, IOptions<ModelOptions> model) => Page(response, model.Value, NewSession()));
        app.MapPost(
            "/",
            async (HttpRequest request, HttpResponse response, Copilot copilot, IOptions<ModelOptions> model) =>
            {
                var form = await request.ReadFormAsync();
                var ask = new AskRequest(form["question"], form["sessionId"], "u-form");
                return ToQuestion(ask) is { } question
                    ? Page(
                        response,
                        model.Value,
                        question.SessionId,
                        question,
                        await copilot.AskAsync(question, default, request.HttpContext.RequestAborted)
                    )
                    : Results.Redirect("/");
            }
        );
        app.MapGet("/copilot.css", () => Results.Text(Texts.Read("copilot.css"), "text/css"));
    }

    private static Question? ToQuestion(AskRequest ask) =>
        ask.Question?.Trim() is { Length: > 0 and <= LongestQuestion } text
            ? new(text, Short(ask.SessionId) ?? NewSession(), Short(ask.UserId) ?? "anonymous")
            : null;

    private static IResult Page(HttpResponse response, ModelOptions model, string sessionId, Question? question = null, Answer? answer = null)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        return Results.Content(
            AskPage.Render(model.IsScripted, model.Name ?? ScriptedModel.Name, sessionId, question, answer),
            "text/html; charset=utf-8"
        );
    }

    private static string NewSession() => $"s-{Guid.CreateVersion7():N}"[..24];

    private static string? Short(string? id) =>
        string.IsNullOrWhiteSpace(id) ? null
        : id.Length <= 100 ? id
        : id[..100];
}
