using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Commits scores. When it returns they are durable; the same ids again change nothing, unless the score is newer.</summary>
public sealed class ScoreWriter(Database database, TraceSampling sampling)
{
    private const string Upsert = """
        INSERT INTO scores AS s (project_id, data_type, given_at, value, id, trace_id, span_id, session_id, request_id, name, label, comment, source, metadata)
        SELECT @projectId, data_type, given_at, value, id, trace_id, span_id, session_id, request_id, name, label, comment, source, metadata
        FROM unnest(@types, @times, @values, @ids, @traceIds, @spanIds, @sessionIds, @requestIds, @names, @labels, @comments, @sources, @metadatas)
          AS t (data_type, given_at, value, id, trace_id, span_id, session_id, request_id, name, label, comment, source, metadata)
        ON CONFLICT (project_id, id) DO UPDATE
        SET data_type = excluded.data_type, given_at = excluded.given_at, value = excluded.value, trace_id = excluded.trace_id,
            span_id = excluded.span_id, session_id = excluded.session_id, request_id = excluded.request_id, name = excluded.name,
            label = excluded.label, comment = excluded.comment, source = excluded.source, metadata = excluded.metadata
        WHERE s.given_at <= excluded.given_at
        """;

    /// <summary>What a person or an application says of a trace: sampling keeps the trace for it.</summary>
    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on.</exception>
    public async Task WriteAsync(Project project, IReadOnlyCollection<Score> scores, CancellationToken cancellationToken)
    {
        if (scores.Count == 0)
        {
            return;
        }

        // Before the scores: a trace that is about to be dropped must not lose what somebody judges.
        foreach (var traceId in scores.Select(score => StorableText.Id(score.TraceId)).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            await sampling.KeepAsync(project.Id, traceId, cancellationToken);
        }

        await WriteJudgementsAsync(project, scores, cancellationToken);
    }

    /// <summary>What our evaluators say of whatever arrives: that is no reason to keep it.</summary>
    /// <inheritdoc cref="WriteAsync" path="/exception"/>
    public Task WriteJudgementsAsync(Project project, IReadOnlyCollection<Score> scores, CancellationToken cancellationToken) =>
        database.RunAsync(connection => UpsertAsync(connection, project.Id, scores, cancellationToken), cancellationToken);

    /// <summary>Writes scores as part of a caller's transaction, who has seen to it that sampling keeps their traces.</summary>
    internal static Task<int> UpsertAsync(
        NpgsqlConnection connection,
        int projectId,
        IReadOnlyCollection<Score> scores,
        CancellationToken cancellationToken
    )
    {
        // Of one id the newest; everybody takes ids in the same order, so that two writers cannot wait for each other.
        var rows = scores
            .GroupBy(score => StorableText.Id(score.Id), StringComparer.Ordinal)
            .OrderBy(same => same.Key, StringComparer.Ordinal)
            .Select(same => same.MaxBy(score => score.UnixMicros)! with { Id = same.Key })
            .ToList();
        var parameters = new
        {
            projectId,
            types = rows.Select(score => (short)score.Type).ToArray(),
            times = rows.Select(score => score.UnixMicros).ToArray(),
            values = rows.Select(score => score.Value).ToArray(),
            ids = rows.Select(score => score.Id).ToArray(),
            traceIds = rows.Select(score => StorableText.Id(score.TraceId)).ToArray(),
            spanIds = rows.Select(score => StorableText.Id(score.SpanId)).ToArray(),
            sessionIds = rows.Select(score => StorableText.Id(score.SessionId)).ToArray(),
            requestIds = rows.Select(score => StorableText.Id(score.RequestId)).ToArray(),
            names = rows.Select(score => StorableText.Clean(score.Name)).ToArray(),
            labels = rows.Select(score => StorableText.Clean(score.Label)).ToArray(),
            comments = rows.Select(score => StorableText.Clean(score.Comment)).ToArray(),
            sources = rows.Select(score => StorableText.Clean(score.Source)).ToArray(),
            metadatas = rows.Select(score => score.Metadata.IsNull ? null : StorableText.Clean(score.Metadata.Text)).ToArray(),
        };
        return connection.ExecuteAsync(Upsert, parameters, cancellationToken);
    }

    /// <summary>Takes back scores, of ids that may not be there.</summary>
    public Task DeleteAsync(Project project, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "DELETE FROM scores WHERE project_id = @projectId AND id = ANY (@ids)",
            new { projectId = project.Id, ids = ids.Select(StorableText.Id).ToArray() },
            cancellationToken
        );

    /// <returns>False when there was no such score.</returns>
    public async Task<bool> DeleteAsync(Project project, string id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM scores WHERE project_id = @projectId AND id = @id",
            new { projectId = project.Id, id = StorableText.Id(id) },
            cancellationToken
        ) > 0;
}
