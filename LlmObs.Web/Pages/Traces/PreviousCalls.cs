using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Web.Pages.Traces;

/// <summary>The call before a span's that used the same prompt: of the same prompt name, else of the same span name and service.</summary>
/// <param name="Found">Null when there is none.</param>
/// <param name="IsAway">Search could not be asked.</param>
public sealed record PreviousCall(SpanToRead? Found, bool IsAway = false);

/// <summary>Finds the previous call of a prompt: who it is, SLS says; what it said, PostgreSQL.</summary>
public sealed partial class PreviousCalls(SpanSearch search, TraceReader traces, SearchPatience patience, ILogger<PreviousCalls> logger)
{
    private const int Looked = 20;
    private const int Read = 6;
    private const int Opening = 200;
    private static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    /// <param name="partOf">Of texts too long for a page: the part to read.</param>
    public async Task<PreviousCall> FindAsync(Project project, SpanRecord record, Func<string, int> partOf, CancellationToken cancellationToken)
    {
        var span = record.Span;
        var start = DateTimeOffset.FromUnixTimeMilliseconds(span.StartUnixNano / 1_000_000);
        var query = new SpanQuery(project.Name, Query(span), start - Reach, start.AddSeconds(1));
        try
        {
            var page = await patience.AskAsync(token => search.SpansAsync(query, cursor: null, Looked, token), cancellationToken);
            SpanToRead? newest = null;
            foreach (var other in page.Hits.Select(hit => hit.Span).Where(other => IsSamePrompt(other, span) && IsBefore(other, span)).Take(Read))
            {
                // Steps of one name can have prompts of their own: the one that begins alike is the same.
                var read = await traces.SpanToReadAsync(project.Id, other.TraceId, other.SpanId, partOf, cancellationToken);
                newest ??= read;
                if (read is not null && BeginsAlike(read.Record.Content, record.Content))
                {
                    return new(read);
                }
            }

            return new(newest);
        }
        catch (QueryException)
        {
            // A name too long to be searched for.
            return new(null);
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

    private static bool BeginsAlike(SpanContent a, SpanContent b) => Beginning(a) == Beginning(b);

    private static string Beginning(SpanContent content)
    {
        var text =
            content.Messages.SelectMany(message => message.Parts).Select(part => part.Content).FirstOrDefault(said => said is not null)
            ?? content.Input
            ?? "";
        return text[..Math.Min(Opening, text.Length)];
    }

    private static string Query(Span span) =>
        span.PromptName is { Length: > 0 } prompt
            ? QueryText.Condition("promptName", prompt)
            : QueryText.Condition("name", span.Name)
                + (span.Service is { Length: > 0 } service ? " and " + QueryText.Condition("service", service) : "");

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The previous call of a prompt could not be looked up: SLS is away.")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
