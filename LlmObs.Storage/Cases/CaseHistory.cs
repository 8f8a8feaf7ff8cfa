using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Cases;

/// <summary>Writes the history of cases: each change and its line in one transaction.</summary>
internal sealed class CaseHistory(Database database, TimeProvider time)
{
    private const string InsertEvent = "INSERT INTO case_events (case_id, at, by, kind, detail) VALUES (@id, @at, @by, @kind, @detail)";

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Changes a case and says so in its history.</summary>
    /// <param name="sql">An UPDATE of the case, in the state it has to be in.</param>
    /// <param name="events">What the history says of it.</param>
    /// <returns>False when it changed nothing; then the history says nothing.</returns>
    public Task<bool> ChangeAsync(
        long id,
        string sql,
        object parameters,
        string by,
        IReadOnlyList<(string Kind, string? Detail)> events,
        CancellationToken cancellationToken
    ) =>
        database.InTransactionAsync(
            async connection =>
            {
                if (await connection.ExecuteAsync(sql, parameters, cancellationToken) == 0)
                {
                    return false;
                }

                var at = Now;
                foreach (var (kind, detail) in events)
                {
                    await NoteAsync(connection, id, at, by, kind, detail, cancellationToken);
                }

                return true;
            },
            cancellationToken
        );

    public static Task<int> NoteAsync(
        NpgsqlConnection connection,
        long id,
        DateTimeOffset at,
        string by,
        string kind,
        string? detail,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            InsertEvent,
            new
            {
                id,
                at,
                by = StorableText.Clean(by),
                kind,
                detail = StorableText.Clean(detail),
            },
            cancellationToken
        );
}
