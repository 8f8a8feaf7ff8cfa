using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot.Visitors;

/// <summary>Tells LlmObs what a visitor thought of an answer, as any application would: by POST /api/v1/feedback. Without a key it tells nothing.</summary>
internal sealed partial class FeedbackSender(HttpClient http, IConfiguration configuration, ILogger<FeedbackSender> logger)
{
    public async Task SendAsync(string? traceId, Reaction reaction, CancellationToken cancellationToken)
    {
        if (traceId is not null && reaction.Liked is { } liked)
        {
            await SendAsync(traceId, liked, name: null, reaction.Comment, cancellationToken);
        }

        if (traceId is not null && reaction.Copies)
        {
            await SendAsync(traceId, value: true, name: "copied", comment: null, cancellationToken);
        }
    }

    private async Task SendAsync(string traceId, bool value, string? name, string? comment, CancellationToken cancellationToken)
    {
        if (configuration["services:ingest:http:0"] is not { Length: > 0 } ingest || configuration["LLMOBS_API_KEY"] is not { Length: > 0 } key)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(ingest), "/api/v1/feedback"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
            Content = JsonContent.Create(
                new
                {
                    traceId,
                    name,
                    value,
                    comment,
                    time = TimeShift.Now.ToString("O", CultureInfo.InvariantCulture),
                }
            ),
        };
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException exception)
        {
            Log.NotSent(logger, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A visitor's feedback was not taken: {Reason}")]
        public static partial void NotSent(ILogger logger, string reason);
    }
}
