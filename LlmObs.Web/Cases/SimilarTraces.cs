using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Cases;

/// <summary>Finds traces that went wrong as one did: SLS names candidates by step and error, their spans decide.</summary>
public sealed partial class SimilarTraces(
    SpanSearch search,
    TraceReader traces,
    IOptions<WebOptions> options,
    TimeProvider time,
    ILogger<SimilarTraces> logger
)
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);
    private const int Candidates = 40;

    /// <summary>Traces of the last seven days with the same fingerprint, newest first, without those named. Null while SLS does not answer.</summary>
    public async Task<IReadOnlyList<TraceLook>?> FindAsync(
        Project project,
        TraceLook like,
        IReadOnlySet<string> without,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        using var patience = new CancellationTokenSource(options.Value.SearchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var page = await search.TracesAsync(new(project.Name, Query(like), now - Window, now), null, Candidates, either.Token);
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
        catch (Exception exception)
            when (exception is SlsException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.Away(logger, exception);
            return null;
        }
    }

    private static string Query(TraceLook like) =>
        like.Cause is not { } cause ? $"name: {Quoted(like.Root.Name)}"
        : cause.ErrorType is { Length: > 0 } type ? $"status: error and name: {Quoted(cause.Name)} and error: {Quoted(type)}"
        : $"status: error and name: {Quoted(cause.Name)}";

    private static string Quoted(string text) =>
        $"\"{SpanMerge.OneLine(text, 200).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "SLS did not answer while similar traces were looked for")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
