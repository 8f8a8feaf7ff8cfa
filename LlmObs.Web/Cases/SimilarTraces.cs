using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Web.Cases;

/// <summary>Finds traces that went wrong as one did: SLS names candidates by step and error, their spans decide.</summary>
public sealed partial class SimilarTraces(
    SpanSearch search,
    TraceReader traces,
    SearchPatience patience,
    TimeProvider time,
    ILogger<SimilarTraces> logger
)
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);
    private const int Candidates = 40;
    private const int LongestText = 200;

    /// <summary>Traces of the last seven days with the same fingerprint, newest first, without those named. Null while SLS does not answer.</summary>
    public async Task<IReadOnlyList<TraceLook>?> FindAsync(
        Project project,
        TraceLook like,
        IReadOnlySet<string> without,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        try
        {
            var page = await patience.AskAsync(
                token => search.TracesAsync(new(project.Name, Query(like), now - Window, now), null, Candidates, token),
                cancellationToken
            );
            var found = new List<TraceLook>();
            foreach (var hit in page.Hits.Where(hit => !without.Contains(hit.TraceId)))
            {
                if (await TraceLook.ReadAsync(traces, project.Id, hit.TraceId, cancellationToken) is { } look && look.Fingerprint == like.Fingerprint)
                {
                    found.Add(look);
                }
            }

            return found;
        }
        catch (SlsException exception)
        {
            Log.Away(logger, exception);
            return null;
        }
    }

    private static string Query(TraceLook like) =>
        like.Cause is not { } cause ? Condition("name", like.Root.Name)
        : cause.ErrorType is { Length: > 0 } type ? $"status: error and {Condition("name", cause.Name)} and {Condition("error", type)}"
        : $"status: error and {Condition("name", cause.Name)}";

    private static string Condition(string field, string text) => QueryText.Condition(field, SpanMerge.OneLine(text, LongestText));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "SLS did not answer while similar traces were looked for")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
