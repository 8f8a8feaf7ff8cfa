using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Views;

/// <summary>A search somebody keeps.</summary>
/// <param name="State">The query part of the search page's address, without a leading question mark.</param>
/// <param name="IsOwn">The asker made it, and may change it.</param>
public sealed record SavedView(Guid Id, string Name, string State, bool IsShared, bool IsOwn);

/// <summary>The searches people keep, private ones seen by their owner only.</summary>
/// <remarks>An owner is any text that tells people apart; it is compared, never shown.</remarks>
public sealed class SavedViews(Database database)
{
    public const int MaxNameLength = 80;
    public const int MaxStateLength = 8000;

    /// <summary>Of one owner in one project.</summary>
    public const int MaxOwn = 100;

    private const string Columns = """v.id AS "Id", v.name AS "Name", v.state AS "State", v.is_shared AS "IsShared", v.owner = @owner AS "IsOwn" """;

    private const string List = $"""
        SELECT {Columns}
        FROM saved_views AS v
        WHERE v.project_id = @projectId AND (v.is_shared OR v.owner = @owner)
        ORDER BY lower(v.name), v.created_at
        LIMIT 500
        """;

    private const string Create = """
        INSERT INTO saved_views (project_id, owner, name, state, is_shared)
        SELECT @projectId, @owner, @name, @state, @isShared
        WHERE (SELECT count(*) FROM saved_views WHERE project_id = @projectId AND owner = @owner) < @most
        RETURNING id
        """;

    private const string Change = """
        UPDATE saved_views
        SET name = coalesce(@name, name), state = coalesce(@state, state), is_shared = coalesce(@isShared, is_shared), updated_at = now()
        WHERE id = @id AND project_id = @projectId AND owner = @owner
        """;

    private const string Delete =
        "DELETE FROM saved_views WHERE id = @id AND project_id = @projectId AND (owner = @owner OR (@ofOthers AND is_shared))";

    /// <summary>Those the owner may see, by name: their own and the shared ones; at most 500.</summary>
    public async Task<IReadOnlyList<SavedView>> ListAsync(int projectId, string owner, CancellationToken cancellationToken) =>
        await database.QueryAsync<SavedView>(List, new { projectId, owner }, cancellationToken);

    /// <summary>Keeps a search. Null when the owner has <see cref="MaxOwn"/> already.</summary>
    public Task<Guid?> CreateAsync(int projectId, string owner, string name, string state, bool isShared, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            projectId,
            owner,
            name = StorableText.Clean(name),
            state = StorableText.Clean(state),
            isShared,
            most = MaxOwn,
        };
        return database.FindAsync<Guid?>(Create, parameters, cancellationToken);
    }

    /// <summary>Changes what is not null. False when there is no such view of that owner.</summary>
    public Task<bool> ChangeAsync(
        int projectId,
        string owner,
        Guid id,
        string? name,
        string? state,
        bool? isShared,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            owner,
            id,
            name = StorableText.Clean(name),
            state = StorableText.Clean(state),
            isShared,
        };
        return ExecuteAsync(Change, parameters, cancellationToken);
    }

    /// <summary>Removes a view of the owner's; with <paramref name="ofOthers"/> also one that somebody else shared. False when there was none.</summary>
    public Task<bool> RemoveAsync(int projectId, string owner, Guid id, bool ofOthers, CancellationToken cancellationToken) =>
        ExecuteAsync(
            Delete,
            new
            {
                projectId,
                owner,
                id,
                ofOthers,
            },
            cancellationToken
        );

    private async Task<bool> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(sql, parameters, cancellationToken) > 0;
}
