using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Answers in Langfuse's forms. Its clients send a whole batch again after any status but 2xx, and after a 207 that holds an error.</summary>
internal static class LangfuseAnswer
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IResult Json(JsonNode body, int status = StatusCodes.Status200OK) =>
        Results.Text(body.ToJsonString(Readable), "application/json", statusCode: status);

    public static IResult Error(int status, string error, string message) =>
        Json(new JsonObject { ["message"] = message, ["error"] = error }, status);

    public static IResult Invalid(params ReadOnlySpan<string> problems) =>
        Json(
            new JsonObject
            {
                ["message"] = "Invalid request data",
                ["error"] = new JsonArray([.. problems.ToArray().Select(problem => JsonValue.Create(problem))]),
                ["errors"] = new JsonArray([.. problems.ToArray().Select(problem => JsonValue.Create(problem))]),
            },
            StatusCodes.Status400BadRequest
        );

    public static IResult Of(IngestionResult result) =>
        Json(
            new JsonObject
            {
                ["successes"] = new JsonArray([.. result.Successes.Select(id => new JsonObject { ["id"] = id, ["status"] = 201 })]),
                ["errors"] = new JsonArray([
                    .. result.Errors.Select(error => new JsonObject
                    {
                        ["id"] = error.Id,
                        ["status"] = error.Status,
                        ["message"] = error.Status == StatusCodes.Status401Unauthorized ? "Authentication error" : "Invalid request data",
                        ["error"] = error.Why,
                    }),
                ]),
            },
            StatusCodes.Status207MultiStatus
        );

    public static IResult Of(Refusal refusal, HttpResponse response)
    {
        if (refusal.Rate is { } rate)
        {
            rate.WriteTo(response.Headers);
        }
        else if (refusal.RetryAfter is not null)
        {
            response.Headers.RetryAfter = refusal.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return Error(
            refusal.HttpStatus,
            refusal.Reason switch
            {
                RefusalReason.NoCredentials => "UnauthorizedError",
                RefusalReason.NotAllowed => "ForbiddenError",
                RefusalReason.Overloaded or RefusalReason.StorageAway => "ServiceUnavailableError",
                RefusalReason.RateLimited => "RateLimitError",
                RefusalReason.TooLarge => "PayloadTooLargeError",
                _ => "BadRequestError",
            },
            refusal.Message
        );
    }
}
