using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Images and files that clients take out of prompts: announced with a key, uploaded without one: only the bytes whose hash was announced are taken.</summary>
internal sealed class MediaApi(MediaStore media, IOptions<LangfuseOptions> options)
{
    private const int IdLength = 22;

    public async Task<IResult> AnnounceAsync(HttpContext context, Project project, JsonElement body)
    {
        if (Hash(body.MemberText("sha256Hash")) is not { } sha256)
        {
            return LangfuseAnswer.Invalid("sha256Hash: the base64 of a SHA-256 is needed");
        }

        if (body.MemberText("contentType") is not { Length: > 0 and <= 200 } contentType)
        {
            return LangfuseAnswer.Invalid("contentType: a text of 1 to 200 characters is needed");
        }

        if (body.MemberNumber("contentLength") is not (>= 1 and var length) || length > options.Value.MaxMediaBytes)
        {
            return LangfuseAnswer.Invalid($"contentLength: 1 to {options.Value.MaxMediaBytes} bytes are taken (Langfuse:MaxMediaBytes)");
        }

        var id = IdOf(sha256);
        var isThere = await media.AnnounceAsync(project, id, contentType, sha256, (int)length, context.RequestAborted);
        var request = context.Request;
        var address = $"{request.Scheme}://{request.Host}{request.PathBase}/api/public/media/{id}/upload/{project.Id}";
        return LangfuseAnswer.Json(new JsonObject { ["mediaId"] = id, ["uploadUrl"] = isThere ? null : address }, StatusCodes.Status201Created);
    }

    /// <summary>Takes the bytes of an announced file. Only the bytes whose hash was announced are taken, so the address needs no key.</summary>
    public async Task<IResult> UploadAsync(HttpContext context, int projectId, string mediaId, byte[] bytes)
    {
        if (await media.FindAsync(projectId, mediaId, context.RequestAborted) is not { } file)
        {
            return NotFound(mediaId);
        }

        if (bytes.Length != file.Length || !SHA256.HashData(bytes).AsSpan().SequenceEqual(file.Sha256))
        {
            return LangfuseAnswer.Invalid("the bytes are not those that were announced: their length or SHA-256 differs");
        }

        await media.KeepAsync(projectId, mediaId, bytes, context.RequestAborted);
        return Results.Ok();
    }

    public async Task<IResult> DescribeAsync(HttpContext context, Project project, string mediaId)
    {
        if (await media.FindAsync(project.Id, mediaId, context.RequestAborted) is not { Body: not null } file)
        {
            return NotFound(mediaId);
        }

        var request = context.Request;
        return LangfuseAnswer.Json(
            new JsonObject
            {
                ["mediaId"] = file.Id,
                ["contentType"] = file.ContentType,
                ["contentLength"] = file.Length,
                ["uploadedAt"] = file.ReceivedAt,
                ["url"] = $"{request.Scheme}://{request.Host}{request.PathBase}/api/public/media/{file.Id}/content",
                ["urlExpiry"] = "9999-12-31T00:00:00Z",
            }
        );
    }

    public async Task<IResult> ContentAsync(HttpContext context, Project project, string mediaId) =>
        await media.FindAsync(project.Id, mediaId, context.RequestAborted) is { Body: { } body }
            ? Results.Bytes(body, "application/octet-stream", mediaId)
            : NotFound(mediaId);

    private static IResult NotFound(string mediaId) =>
        LangfuseAnswer.Error(StatusCodes.Status404NotFound, "LangfuseNotFoundError", $"There is no media '{mediaId}' in this project.");

    private static string IdOf(byte[] sha256) => Convert.ToBase64String(sha256).Replace('+', '-').Replace('/', '_')[..IdLength];

    private static byte[]? Hash(string? base64)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return base64 is not null && Convert.TryFromBase64String(base64, bytes, out var count) && count == bytes.Length ? bytes : null;
    }
}
