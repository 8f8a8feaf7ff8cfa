using LlmObs.Domain;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Access;

/// <summary>A project as the list of projects shows it.</summary>
/// <param name="Keys">Keys that are not revoked.</param>
public sealed record ProjectSummary(Project Project, DateTimeOffset CreatedAt, int Keys);

public sealed class Projects(Database database, TimeProvider time, IOptions<StorageOptions> options)
{
    private const string List = """SELECT id AS "Id", name AS "Name" FROM projects ORDER BY name""";

    private const string Summaries = """
        SELECT p.id AS "Id", p.name AS "Name", p.created_at AS "CreatedAt", count(k.id) FILTER (WHERE k.revoked_at IS NULL)::int AS "Keys"
        FROM projects AS p
        LEFT JOIN api_keys AS k ON k.project_id = p.id
        GROUP BY p.id
        ORDER BY p.name
        """;

    private readonly ShortCache<string, Project> cache = new(time, options.Value.KeyMemory);

    /// <summary>The project of that name, or null. A new one is noticed within five seconds.</summary>
    public ValueTask<Project?> FindAsync(string name, CancellationToken cancellationToken) =>
        cache.GetAsync(name, () => LoadAsync(name), cancellationToken);

    /// <summary>Every project, by name.</summary>
    public async Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync<Project>(List, null, cancellationToken);

    /// <summary>Every project, by name, with what hangs on it.</summary>
    public async Task<IReadOnlyList<ProjectSummary>> SummariesAsync(CancellationToken cancellationToken) =>
        [
            .. (await database.QueryAsync<SummaryRow>(Summaries, null, cancellationToken)).Select(row => new ProjectSummary(
                new(row.Id, row.Name),
                new(row.CreatedAt),
                row.Keys
            )),
        ];

    /// <summary>A new project, or null when the name is taken.</summary>
    /// <exception cref="ArgumentException">It is no name; see <see cref="Project.IsName"/>.</exception>
    public async Task<Project?> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (!Project.IsName(name))
        {
            throw new ArgumentException($"'{name}' is no project name.", nameof(name));
        }

        var made = await database.FindAsync<Project>(
            """INSERT INTO projects (name) VALUES (@name) ON CONFLICT (name) DO NOTHING RETURNING id AS "Id", name AS "Name" """,
            new { name },
            cancellationToken
        );
        cache.Forget();
        return made;
    }

    private Task<Project?> LoadAsync(string name) =>
        database.FindAsync<Project>(
            """SELECT id AS "Id", name AS "Name" FROM projects WHERE name = @name""",
            new { name = Rows.StorableText.Clean(name) },
            CancellationToken.None
        );

    private sealed record SummaryRow(int Id, string Name, DateTime CreatedAt, int Keys);
}
