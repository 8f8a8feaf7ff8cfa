using LlmObs.Domain.Dify;

namespace LlmObs.Storage.Dify;

/// <summary>An app: <c>chat</c>, <c>agent-chat</c>, <c>advanced-chat</c>, <c>workflow</c>, …</summary>
public sealed record DifyApp(Guid Id, string Name, string Mode, Guid TenantId);

/// <summary>What people call things: apps, workspaces, accounts, and the tools that are workflows.</summary>
public sealed record DifyNames(IReadOnlyDictionary<Guid, DifyApp> Apps, IReadOnlyDictionary<Guid, string> Tenants, DifyTools Tools)
{
    public static readonly DifyNames None = new(new Dictionary<Guid, DifyApp>(), new Dictionary<Guid, string>(), new([]));
}

/// <summary>Reads names. The tables are small: rows by the hundred where runs are by the million.</summary>
public sealed class DifyNameRows(DifyDatabase dify)
{
    private const string Apps = """SELECT id AS "Id", name AS "Name", mode AS "Mode", tenant_id AS "TenantId" FROM apps ORDER BY id LIMIT 100000""";
    private const string Tenants = """SELECT id AS "Id", name AS "Name" FROM tenants ORDER BY id LIMIT 100000""";
    private const string Tools =
        """SELECT id AS "Id", tenant_id AS "TenantId", app_id AS "AppId", name AS "Name" FROM tool_workflow_providers ORDER BY id LIMIT 100000""";

    // An end user is who the app says: session_id is the text its caller sent as user.
    private const string EndUsers = """SELECT id AS "Id", coalesce(nullif(session_id, ''), name) AS "Name" FROM end_users WHERE id = ANY (@ids)""";
    private const string Accounts = """SELECT id AS "Id", coalesce(nullif(name, ''), email) AS "Name" FROM accounts WHERE id = ANY (@ids)""";

    public async Task<DifyNames> ReadAsync(CancellationToken cancellationToken) =>
        new(
            (await dify.QueryAsync<DifyApp>(Apps, null, cancellationToken)).ToDictionary(app => app.Id),
            (await dify.QueryAsync<NameRow>(Tenants, null, cancellationToken)).ToDictionary(row => row.Id, row => row.Name ?? ""),
            new(await dify.QueryAsync<DifyTool>(Tools, null, cancellationToken))
        );

    /// <summary>Who started things, by what they are known as.</summary>
    public async Task<IReadOnlyDictionary<DifyCreator, string>> PeopleAsync(IEnumerable<DifyCreator> creators, CancellationToken cancellationToken)
    {
        var names = new Dictionary<DifyCreator, string>();
        foreach (var role in creators.Distinct().GroupBy(creator => creator.IsAccount))
        {
            var ids = role.Select(creator => creator.Id).Distinct().ToArray();
            var rows = await dify.QueryAsync<NameRow>(role.Key ? Accounts : EndUsers, new { ids }, cancellationToken);
            foreach (var row in rows.Where(row => row.Name is { Length: > 0 }))
            {
                names[new(role.Key ? "account" : "end_user", row.Id)] = row.Name!;
            }
        }

        return names;
    }

    private sealed record NameRow(Guid Id, string? Name);
}
