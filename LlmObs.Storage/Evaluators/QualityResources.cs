using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Evaluators;

/// <summary>Something the operator configured for evaluators, as LlmObs.Quality found it.</summary>
/// <param name="Kind"><c>sql</c> for a connection of the sandbox, <c>model</c> for a judge.</param>
/// <param name="Detail">What it is, without secrets: a dialect, a model's name.</param>
/// <param name="Problem">Why it is not used; null when it is well.</param>
public sealed record QualityResource(string Kind, string Name, string Detail, string? Problem, DateTimeOffset CheckedAt);

/// <summary>Connections and models by name: written by LlmObs.Quality, which knows their secrets, and read by the pages, which do not.</summary>
public sealed class QualityResources(Database database)
{
    private const string List = """
        SELECT kind AS "Kind", name AS "Name", detail AS "Detail", problem AS "Problem", checked_at AS "CheckedAt"
        FROM quality_resources
        ORDER BY kind, name
        """;

    private const string Save = """
        INSERT INTO quality_resources (kind, name, detail, problem) VALUES (@Kind, @Name, @Detail, @Problem)
        ON CONFLICT (kind, name) DO UPDATE SET detail = excluded.detail, problem = excluded.problem, checked_at = now()
        """;

    private const string Forget = "DELETE FROM quality_resources WHERE kind = @kind AND name <> ALL (@names)";

    public async Task<IReadOnlyList<QualityResource>> ListAsync(CancellationToken cancellationToken) =>
        [
            .. (await database.QueryAsync<Row>(List, null, cancellationToken)).Select(row => new QualityResource(
                row.Kind,
                row.Name,
                row.Detail,
                row.Problem,
                new(row.CheckedAt)
            )),
        ];

    public Task SaveAsync(string kind, string name, string detail, string? problem, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Save,
            new
            {
                Kind = kind,
                Name = name,
                Detail = StorableText.Clean(detail),
                Problem = StorableText.Clean(problem),
            },
            cancellationToken
        );

    /// <summary>Removes what is configured no more.</summary>
    public Task KeepOnlyAsync(string kind, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Forget, new { kind, names = names.ToArray() }, cancellationToken);

    private sealed record Row(string Kind, string Name, string Detail, string? Problem, DateTime CheckedAt);
}
