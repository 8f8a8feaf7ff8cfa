using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The call before a span's that used the same prompt: of the same prompt name, else of the same span name and service.</summary>
/// <param name="Record">Null when there is none.</param>
/// <param name="IsAway">Search could not be asked.</param>
public sealed record PreviousCall(SpanRecord? Record, bool IsAway = false);

/// <summary>Finds the previous call of a prompt: who it is, SLS says; what it said, PostgreSQL.</summary>
public sealed partial class PreviousCalls(SpanSearch search, TraceReader traces, ILogger<PreviousCalls> logger)
{
    private const int Looked = 20;
    private static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    public async Task<PreviousCall> FindAsync(Project project, Span span, CancellationToken cancellationToken)
    {
        var start = DateTimeOffset.FromUnixTimeMilliseconds(span.StartUnixNano / 1_000_000);
        var query = new SpanQuery(project.Name, Query(span), start - Reach, start.AddSeconds(1));
        try
        {
            var page = await search.SpansAsync(query, cursor: null, Looked, cancellationToken);
            var found = page.Hits.Select(hit => hit.Span).FirstOrDefault(other => IsSamePrompt(other, span) && IsBefore(other, span));
            return new(found is null ? null : await traces.SpanAsync(project.Id, found.TraceId, found.SpanId, cancellationToken));
        }
        catch (SlsException exception)
        {
            Log.Away(logger, exception);
            return new(null, IsAway: true);
        }
    }

    // Search finds words; the same prompt is the same name to the letter.
    private static bool IsSamePrompt(Span other, Span span) =>
        span.PromptName is { Length: > 0 } prompt ? other.PromptName == prompt : other.Name == span.Name && other.Service == span.Service;

    // The log keeps microseconds: a span is not before itself.
    private static bool IsBefore(Span other, Span span) =>
        (other.TraceId, other.SpanId) != (span.TraceId, span.SpanId) && other.StartUnixNano / 1000 <= span.StartUnixNano / 1000;

    private static string Query(Span span) =>
        span.PromptName is { Length: > 0 } prompt
            ? $"promptName: {Quoted(prompt)}"
            : $"name: {Quoted(span.Name)}" + (span.Service is { Length: > 0 } service ? $" and service: {Quoted(service)}" : "");

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The previous call of a prompt could not be looked up: SLS is away.")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
