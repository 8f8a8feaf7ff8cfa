using LlmObs.Domain;
using LlmObs.Domain.Traces;
using LlmObs.Sls;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Search;

namespace LlmObs.Web.Pages.Compare;

/// <summary>Traces in which the same was asked, those of other releases first.</summary>
/// <param name="IsAway">Search could not be asked.</param>
public sealed record SameQuestions(IReadOnlyList<TraceSummary> Traces, bool IsAway = false);

/// <summary>Finds traces to compare with: which ask the same, SLS says; what they are, PostgreSQL.</summary>
public sealed partial class SameQuestion(
    SpanSearch search,
    TraceReader traces,
    SearchPatience patience,
    TimeProvider time,
    ILogger<SameQuestion> logger
)
{
    private const int Looked = 60;
    private const int Shown = 12;
    private const int WordsLength = 80;
    private static readonly TimeSpan Reach = TimeSpan.FromDays(90);

    public async Task<SameQuestions> FindAsync(Project project, TraceSummary trace, CancellationToken cancellationToken)
    {
        if (trace.Question is not { Length: > 0 } question)
        {
            return new([]);
        }

        var words = question.Length > WordsLength ? question[..WordsLength] : question;
        var now = time.GetUtcNow();
        var query = new SpanQuery(project.Name, QueryText.Condition("question", words), now - Reach, now.AddDays(1));
        try
        {
            var page = await patience.AskAsync(token => search.TracesAsync(query, cursor: null, Looked, token), cancellationToken);
            var ids = page.Hits.Select(hit => hit.TraceId).Where(id => id != trace.TraceId).ToList();
            var found = await traces.SummariesAsync(project.Id, ids, cancellationToken);
            return new([
                .. found
                    .Where(other => other.Question == question && (other.RequestId is null || other.RequestId != trace.RequestId))
                    .OrderBy(other => other.Release == trace.Release)
                    .ThenByDescending(other => other.StartUnixNano)
                    .Take(Shown),
            ]);
        }
        catch (Exception exception) when (exception is SlsException or QueryException)
        {
            Log.Away(logger, exception);
            return new([], IsAway: true);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Traces with the same question could not be looked up.")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
