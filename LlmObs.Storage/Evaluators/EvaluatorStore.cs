using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Evaluators;

/// <summary>Evaluators with their versions. Saving a changed definition makes the next version; scores of older ones stay.</summary>
public sealed class EvaluatorStore(Database database)
{
    private const string Columns = """
        e.id AS "Id", p.id AS "ProjectId", p.name AS "Project", e.name AS "Name", e.on_arrival AS "OnArrival", v.version AS "Version",
        v.definition AS "Definition", v.saved_at AS "SavedAt", v.saved_by AS "SavedBy"
        """;

    private const string List = $"""
        SELECT {Columns}
        FROM evaluators AS e
        JOIN projects AS p ON p.id = e.project_id
        JOIN evaluator_versions AS v ON v.evaluator_id = e.id AND v.version = e.version
        WHERE e.project_id = @projectId AND (@name::text IS NULL OR e.name = @name)
        ORDER BY e.name
        """;

    private const string ById = $"""
        SELECT {Columns}
        FROM evaluators AS e
        JOIN projects AS p ON p.id = e.project_id
        JOIN evaluator_versions AS v ON v.evaluator_id = e.id AND v.version = coalesce(@version, e.version)
        WHERE e.id = @id
        """;

    private const string Versions = $"""
        SELECT {Columns}
        FROM evaluators AS e
        JOIN projects AS p ON p.id = e.project_id
        JOIN evaluator_versions AS v ON v.evaluator_id = e.id
        WHERE e.id = @id
        ORDER BY v.version DESC
        """;

    private const string Insert = """
        INSERT INTO evaluators (project_id, name, version, on_arrival)
        VALUES (@projectId, @name, 0, false)
        ON CONFLICT (project_id, name) DO NOTHING
        """;

    private const string Lock = """
        SELECT e.id AS "Id", e.version AS "Version", v.definition AS "Definition"
        FROM evaluators AS e
        LEFT JOIN evaluator_versions AS v ON v.evaluator_id = e.id AND v.version = e.version
        WHERE e.project_id = @projectId AND e.name = @name
        FOR UPDATE OF e
        """;

    private const string NextVersion = """
        INSERT INTO evaluator_versions (evaluator_id, version, definition, saved_by) VALUES (@id, @version, @definition, @by);
        UPDATE evaluators SET version = @version WHERE id = @id;
        """;

    // What arrives is judged by one job that never ends; it begins with now, and is cancelled when nothing is to be judged any more.
    private const string Arrival = """
        UPDATE evaluators SET on_arrival = @onArrival WHERE id = @id;
        INSERT INTO quality_jobs (project_id, evaluator_id, kind, created_by)
        SELECT @projectId, @id, 0, @by WHERE @onArrival
        ON CONFLICT (evaluator_id) WHERE kind = 0 AND state = 0 DO NOTHING;
        UPDATE quality_jobs SET state = 3, finished_at = now() WHERE evaluator_id = @id AND kind = 0 AND state = 0 AND NOT @onArrival;
        """;

    private const string Delete = "DELETE FROM evaluators WHERE project_id = @projectId AND name = @name";

    /// <summary>The evaluators of a project in their newest versions, by name.</summary>
    public Task<IReadOnlyList<Evaluator>> ListAsync(int projectId, CancellationToken cancellationToken) =>
        QueryAsync(List, new { projectId, name = (string?)null }, cancellationToken);

    public async Task<Evaluator?> FindAsync(int projectId, string name, CancellationToken cancellationToken) =>
        One(await QueryAsync(List, new { projectId, name = StorableText.Clean(name) }, cancellationToken));

    /// <param name="version">Null for the newest.</param>
    public async Task<Evaluator?> GetAsync(int id, int? version, CancellationToken cancellationToken) =>
        One(await QueryAsync(ById, new { id, version }, cancellationToken));

    /// <summary>Every version, newest first.</summary>
    public Task<IReadOnlyList<Evaluator>> VersionsAsync(int id, CancellationToken cancellationToken) =>
        QueryAsync(Versions, new { id }, cancellationToken);

    /// <summary>Makes an evaluator or its next version; an unchanged definition stays the version it is. Returns the version.</summary>
    /// <exception cref="ArgumentException">The definition is not valid; see <see cref="EvaluatorFaults"/>.</exception>
    public Task<int> SaveAsync(
        Project project,
        string name,
        EvaluatorDefinition definition,
        bool onArrival,
        string by,
        CancellationToken cancellationToken
    )
    {
        if (EvaluatorFaults.Find(name, definition) is { } fault)
        {
            throw new ArgumentException($"{fault.Field} {fault.Problem}", nameof(definition));
        }

        return database.InTransactionAsync(
            connection => SaveAsync(connection, project.Id, name, EvaluatorCodec.Encode(definition), onArrival, by, cancellationToken),
            cancellationToken
        );
    }

    /// <summary>Removes an evaluator, its versions and its jobs. Its scores stay.</summary>
    public async Task<bool> DeleteAsync(int projectId, string name, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Delete, new { projectId, name }, cancellationToken) > 0;

    private static async Task<int> SaveAsync(
        NpgsqlConnection connection,
        int projectId,
        string name,
        string definition,
        bool onArrival,
        string by,
        CancellationToken cancellationToken
    )
    {
        await connection.ExecuteAsync(Insert, new { projectId, name }, cancellationToken);
        var kept = await connection.QuerySingleAsync<KeptRow>(Lock, new { projectId, name }, cancellationToken);
        var version = kept.Definition == definition ? kept.Version : kept.Version + 1;
        if (version != kept.Version)
        {
            await connection.ExecuteAsync(
                NextVersion,
                new
                {
                    id = kept.Id,
                    version,
                    definition = StorableText.Clean(definition),
                    by = StorableText.Clean(by),
                },
                cancellationToken
            );
        }

        await connection.ExecuteAsync(
            Arrival,
            new
            {
                id = kept.Id,
                projectId,
                onArrival,
                by = StorableText.Clean(by),
            },
            cancellationToken
        );
        return version;
    }

    private static Evaluator? One(IReadOnlyList<Evaluator> found) => found is [var one, ..] ? one : null;

    private async Task<IReadOnlyList<Evaluator>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(sql, parameters, cancellationToken)).Select(row => row.ToEvaluator())];

    private sealed record KeptRow(int Id, int Version, string? Definition);

    private sealed record Row(
        int Id,
        int ProjectId,
        string Project,
        string Name,
        bool OnArrival,
        int Version,
        string Definition,
        DateTime SavedAt,
        string SavedBy
    )
    {
        public Evaluator ToEvaluator() =>
            new(Id, new(ProjectId, Project), Name, OnArrival, Version, EvaluatorCodec.Decode<EvaluatorDefinition>(Definition), new(SavedAt), SavedBy);
    }
}
