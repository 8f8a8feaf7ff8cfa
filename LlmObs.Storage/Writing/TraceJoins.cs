using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Keeps how traces hang together. The traces themselves may come before or after.</summary>
public sealed class TraceJoins(Database database)
{
    private const string Upsert = """
        INSERT INTO trace_joins AS j
            (project_id, inferred, child_trace_id, parent_trace_id, parent_span_id, basis, candidate_trace_ids, candidate_span_ids)
        SELECT @project_id, inferred, child_trace_id, parent_trace_id, parent_span_id, basis, candidate_trace_ids::text[], candidate_span_ids::text[]
        FROM unnest(@inferred, @child_trace_ids, @parent_trace_ids, @parent_span_ids, @bases, @candidate_trace_ids, @candidate_span_ids)
          AS t (inferred, child_trace_id, parent_trace_id, parent_span_id, basis, candidate_trace_ids, candidate_span_ids)
        ON CONFLICT (project_id, child_trace_id, basis) DO UPDATE
        SET inferred = excluded.inferred, parent_trace_id = excluded.parent_trace_id, parent_span_id = excluded.parent_span_id,
            candidate_trace_ids = excluded.candidate_trace_ids, candidate_span_ids = excluded.candidate_span_ids, made_at = now()
        WHERE (j.inferred, j.parent_trace_id, j.parent_span_id, j.candidate_trace_ids, j.candidate_span_ids)
          IS DISTINCT FROM (excluded.inferred, excluded.parent_trace_id, excluded.parent_span_id, excluded.candidate_trace_ids, excluded.candidate_span_ids)
        """;

    /// <summary>Of one trace and basis the last join counts, here and before. The same again changes nothing.</summary>
    /// <exception cref="StorageUnavailableException">Nothing was written that the caller may rely on.</exception>
    public Task<int> UpsertAsync(int projectId, IReadOnlyCollection<TraceJoin> joins, CancellationToken cancellationToken) =>
        joins.Count == 0
            ? Task.FromResult(0)
            : database.RunAsync(
                async connection =>
                {
                    await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(projectId, joins) } };
                    return await batch.ExecuteNonQueryAsync(cancellationToken);
                },
                cancellationToken
            );

    /// <summary>The same within a transaction of the caller.</summary>
    internal static NpgsqlBatchCommand Command(int projectId, IEnumerable<TraceJoin> joins)
    {
        // Everybody takes keys in the same order, so that two writers cannot wait for each other.
        var rows = joins
            .GroupBy(join => (Child: StorableText.Id(join.ChildTraceId), join.Basis))
            .OrderBy(same => same.Key.Child, StringComparer.Ordinal)
            .ThenBy(same => same.Key.Basis, StringComparer.Ordinal)
            .Select(same => same.Last())
            .ToList();
        return new(Upsert)
        {
            Parameters =
            {
                new("project_id", projectId),
                Column("inferred", join => join.IsInferred),
                Column("child_trace_ids", join => StorableText.Id(join.ChildTraceId)),
                Column("parent_trace_ids", join => StorableText.Id(join.ParentTraceId)),
                Column("parent_span_ids", join => StorableText.Id(join.ParentSpanId)),
                Column("bases", join => join.Basis),
                Column("candidate_trace_ids", join => Ids(join, candidate => candidate.TraceId)),
                Column("candidate_span_ids", join => Ids(join, candidate => candidate.SpanId)),
            },
        };

        NpgsqlParameter<T[]> Column<T>(string name, Func<TraceJoin, T> value) => new(name, [.. rows.Select(value)]);
    }

    private static string Ids(TraceJoin join, Func<SpanRef, string> id) =>
        SpanInsert.ArrayLiteral([.. join.Candidates.Select(candidate => StorableText.Id(id(candidate)))]);
}
