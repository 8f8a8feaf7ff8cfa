using Dapper;
using LlmObs.Domain;

namespace LlmObs.Storage.Access;

public sealed class Projects(Database database, TimeProvider time)
{
    private readonly ShortCache<string, Project?> cache = new(time, TimeSpan.FromSeconds(5));

    /// <summary>The project of that name, or null. Cached for a few seconds.</summary>
    public async Task<Project?> FindAsync(string name, CancellationToken cancellationToken) =>
        await cache.GetAsync(name, () => LoadAsync(name, cancellationToken));

    /// <summary>Every project, by name.</summary>
    public Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<Project>>(
            async connection =>
                (
                    await connection.QueryAsync<Project>(
                        new CommandDefinition(
                            """SELECT id AS "Id", name AS "Name" FROM projects ORDER BY name""",
                            cancellationToken: cancellationToken
                        )
                    )
                ).AsList(),
            cancellationToken
        );

    private Task<Project?> LoadAsync(string name, CancellationToken cancellationToken) =>
        database.RunAsync(
            connection =>
                connection.QuerySingleOrDefaultAsync<Project?>(
                    new CommandDefinition(
                        """SELECT id AS "Id", name AS "Name" FROM projects WHERE name = @name""",
                        new { name = Rows.StorableText.Clean(name) },
                        cancellationToken: cancellationToken
                    )
                ),
            cancellationToken
        );
}
