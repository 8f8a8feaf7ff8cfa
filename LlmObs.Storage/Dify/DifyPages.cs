namespace LlmObs.Storage.Dify;

/// <summary>A place among rows in order of time.</summary>
public readonly record struct DifyPlace(DateTimeOffset At, Guid Id);

/// <summary>Walks a table of Dify's in order of time, a page at a time, by index and never by offset.</summary>
public sealed class DifyPages(DifyDatabase dify)
{
    /// <summary>The rows after a place, oldest first.</summary>
    public Task<List<DifyPlace>> AfterAsync(
        DifyTable table,
        DifySchema schema,
        DifyNames names,
        DifyPlace place,
        int limit,
        CancellationToken cancellationToken
    ) => PageAsync(Sql(table, schema, ">", "", "ASC"), names, place, default, limit, cancellationToken);

    /// <summary>The rows before a place and not before a time, newest first.</summary>
    public Task<List<DifyPlace>> BeforeAsync(
        DifyTable table,
        DifySchema schema,
        DifyNames names,
        DifyPlace place,
        DateTimeOffset floor,
        int limit,
        CancellationToken cancellationToken
    ) => PageAsync(Sql(table, schema, "<", "AND created_at >= @floor", "DESC"), names, place, floor, limit, cancellationToken);

    private async Task<List<DifyPlace>> PageAsync(
        string sql,
        DifyNames names,
        DifyPlace place,
        DateTimeOffset floor,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            at = DifyTime.Of(place.At),
            id = place.Id,
            floor = DifyTime.Of(floor),
            limit,
            tenants = names.Apps.Values.Select(app => app.TenantId).ToArray(),
            apps = names.Apps.Keys.ToArray(),
        };
        var rows = await dify.QueryAsync<Row>(sql, parameters, cancellationToken);
        return [.. rows.Select(row => new DifyPlace(DifyTime.Of(row.At), row.Id))];
    }

    private static string Sql(DifyTable table, DifySchema schema, string side, string floor, string order)
    {
        var name = table == DifyTable.Runs ? "workflow_runs" : "messages";
        return schema.HasTimeIndex ? ByTime(name, side, floor, order) : ByApp(name, table == DifyTable.Runs, side, floor, order);
    }

    private static string ByTime(string table, string side, string floor, string order) =>
        $"""
            SELECT id AS "Id", created_at AS "At"
            FROM {table}
            WHERE (created_at, id) {side} (@at, @id) {floor}
            ORDER BY created_at {order}, id {order}
            LIMIT @limit
            """;

    // Before Dify 1.12 no index begins with the time, but one with the app does.
    private static string ByApp(string table, bool hasTenant, string side, string floor, string order) =>
        $"""
            SELECT page.id AS "Id", page.created_at AS "At"
            FROM unnest(@tenants, @apps) AS a (tenant_id, app_id)
            CROSS JOIN LATERAL (
                SELECT id, created_at
                FROM {table} AS t
                WHERE {(hasTenant ? "t.tenant_id = a.tenant_id AND " : "")}t.app_id = a.app_id AND (created_at, id) {side} (@at, @id) {floor}
                ORDER BY created_at {order}, id {order}
                LIMIT @limit
            ) AS page
            ORDER BY page.created_at {order}, page.id {order}
            LIMIT @limit
            """;

    private sealed record Row(Guid Id, DateTime At);
}

/// <summary>What is walked through in order of time.</summary>
public enum DifyTable
{
    Runs,
    Messages,
}
