using LlmObs.Domain;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Writing;

/// <summary>A file that a client took out of a prompt. <see cref="Body"/> is null until it is uploaded.</summary>
/// <param name="Sha256">Of the bytes, as the client announced it.</param>
/// <param name="Length">Bytes.</param>
public sealed record MediaFile(string Id, string ContentType, byte[] Sha256, int Length, DateTimeOffset ReceivedAt, byte[]? Body);

/// <summary>Files beside traces, one of each hash in a project.</summary>
public sealed class MediaStore(Database database)
{
    private const string Announce = """
        INSERT INTO media AS m (project_id, id, content_type, sha256, length) VALUES (@projectId, @id, @contentType, @sha256, @length)
        ON CONFLICT (project_id, id) DO UPDATE SET received_at = now()
        RETURNING m.body IS NOT NULL
        """;

    private const string Find = """
        SELECT m.id AS "Id", m.content_type AS "ContentType", m.sha256 AS "Sha256", m.length AS "Length", m.received_at AS "ReceivedAt", m.body AS "Body"
        FROM media AS m
        WHERE m.project_id = @projectId AND m.id = @id
        """;

    /// <summary>Notes that a file is going to be uploaded. True when it is there already.</summary>
    public Task<bool> AnnounceAsync(Project project, string id, string contentType, byte[] sha256, int length, CancellationToken cancellationToken) =>
        database.FindAsync<bool>(
            Announce,
            new
            {
                projectId = project.Id,
                id,
                contentType = StorableText.Clean(contentType),
                sha256,
                length,
            },
            cancellationToken
        );

    /// <summary>Keeps the bytes of an announced file.</summary>
    public Task KeepAsync(int projectId, string id, byte[] body, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            "UPDATE media SET body = @body WHERE project_id = @projectId AND id = @id AND body IS NULL",
            new
            {
                projectId,
                id,
                body,
            },
            cancellationToken
        );

    public async Task<MediaFile?> FindAsync(int projectId, string id, CancellationToken cancellationToken) =>
        (await database.FindAsync<Row>(Find, new { projectId, id = StorableText.Clean(id) }, cancellationToken))?.ToFile();

    private sealed record Row(string Id, string ContentType, byte[] Sha256, int Length, DateTime ReceivedAt, byte[]? Body)
    {
        public MediaFile ToFile() => new(Id, ContentType, Sha256, Length, new(ReceivedAt, TimeSpan.Zero), Body);
    }
}
