using LlmObs.Domain;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Prices;

/// <summary>A request to work out anew what a project's stored calls cost.</summary>
/// <param name="From">Calls received from then on …</param>
/// <param name="To">… and before then.</param>
/// <param name="Looked">Model calls looked at so far.</param>
/// <param name="Changed">Of those, the ones whose cost is another now.</param>
public sealed record Repricing(
    DateTimeOffset From,
    DateTimeOffset To,
    DateTimeOffset AskedAt,
    string AskedBy,
    DateTimeOffset? FinishedAt,
    long Looked,
    long Changed
);

/// <summary>The requests to work out costs anew: asked for here, done by <see cref="Repricer"/>.</summary>
public sealed class Repricings(Database database)
{
    private const string Ask = """
        INSERT INTO repricings (project_id, from_at, to_at, asked_by) VALUES (@projectId, now() - @age, now(), @by)
        ON CONFLICT (project_id) WHERE finished_at IS NULL DO NOTHING
        """;

    private const string Last = """
        SELECT from_at AS "From", to_at AS "To", asked_at AS "AskedAt", asked_by AS "AskedBy", finished_at AS "FinishedAt",
            looked_spans AS "Looked", changed_spans AS "Changed"
        FROM repricings
        WHERE project_id = @projectId
        ORDER BY id DESC
        LIMIT @limit
        """;

    /// <summary>Asks for the calls received in the time before now.</summary>
    /// <returns>False when an earlier request of the project is not finished yet; then nothing was asked.</returns>
    public async Task<bool> AskAsync(Project project, TimeSpan age, string by, CancellationToken cancellationToken)
    {
        var request = new
        {
            projectId = project.Id,
            age,
            by = StorableText.Clean(by),
        };
        return await database.ExecuteAsync(Ask, request, cancellationToken) > 0;
    }

    /// <summary>The newest requests of a project, newest first.</summary>
    public async Task<IReadOnlyList<Repricing>> LastAsync(int projectId, int limit, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<RepricingRow>(Last, new { projectId, limit }, cancellationToken)).Select(row => row.ToRepricing())];

    private sealed record RepricingRow(DateTime From, DateTime To, DateTime AskedAt, string AskedBy, DateTime? FinishedAt, long Looked, long Changed)
    {
        public Repricing ToRepricing() =>
            new(new(From), new(To), new(AskedAt), AskedBy, FinishedAt is { } finished ? new(finished) : null, Looked, Changed);
    }
}
