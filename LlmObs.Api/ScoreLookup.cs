using LlmObs.Storage;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Api;

/// <summary>Makes a query ready to be asked: looks up in PostgreSQL what the scores were given to that its line asks for.</summary>
public sealed class ScoreLookup(ScoredSpanReader reader, IOptions<TraceLogOptions> options)
{
    /// <exception cref="QueryException">The query line cannot be understood.</exception>
    /// <exception cref="StorageUnavailableException">PostgreSQL is away, and the line asks for scores.</exception>
    public async Task<SpanQuery> ReadyAsync(int projectId, SpanQuery query, CancellationToken cancellationToken)
    {
        var conditions = QueryLine.Parse(query.Text).Scores.Distinct().ToList();
        if (conditions.Count == 0)
        {
            return query;
        }

        var found = await Task.WhenAll(
            conditions.Select(condition => reader.FindAsync(projectId, condition, query.From, query.To, options.Value.ScoredSpans, cancellationToken))
        );
        return query with { Scored = conditions.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second) };
    }
}
