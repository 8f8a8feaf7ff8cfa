using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Sls.Wire;

namespace LlmObs.Sls;

public sealed partial class SlsClient
{
    /// <summary>Writes one group in one request, to any shard. At most 10 MB raw, and 3 MB to be safe with older endpoints; a key of a log 128 bytes, a value 1 MB.</summary>
    /// <remarks>
    /// SLS does not recognise a repeat: after an error that <see cref="SlsException.IsAmbiguous"/>, sending again may double the logs. Fails with PostBodyTooLarge,
    /// InvalidKey, InvalidEncoding and LogStoreNotExist, which no repeat will change, and with the retryable WriteQuotaExceed, ShardWriteQuotaExceed and ServerBusy.
    /// </remarks>
    public Task PutLogsAsync(string logstore, SlsLogGroup group, CancellationToken cancellationToken) =>
        PutAsync($"{SlsPath.Logstore(logstore)}/shards/lb", null, group, cancellationToken);

    /// <summary>Writes any number of logs: one request after another, each within <see cref="SlsOptions.MaxGroupLogs"/> and <see cref="SlsOptions.MaxGroupBytes"/>.</summary>
    /// <param name="hashKey">As for <see cref="PutLogsByKeyAsync"/>; null: any shard.</param>
    /// <remarks>Stops at the first request that fails; <see cref="SlsException.LogsWritten"/> tells how many logs went before it. Whether those of the request itself were written is what <see cref="SlsException.IsAmbiguous"/> says.</remarks>
    public async Task PutAllLogsAsync(string logstore, SlsLogGroup group, string? hashKey, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var part in group.Split(options.MaxGroupLogs, options.MaxGroupBytes))
        {
            try
            {
                await (
                    hashKey is null ? PutLogsAsync(logstore, part, cancellationToken) : PutLogsByKeyAsync(logstore, part, hashKey, cancellationToken)
                );
            }
            catch (SlsException exception) when (written > 0)
            {
                throw new SlsException(exception.Status, exception.Code, exception.Message, exception.RequestId, exception) { LogsWritten = written };
            }

            written += part.Logs.Count;
        }
    }

    /// <summary>Writes one group to the shard whose range holds a key, so that what has one key is read in order. Limits as for <see cref="PutLogsAsync"/>.</summary>
    /// <param name="hashKey">32 hex digits, such as the MD5 of what orders the logs.</param>
    public Task PutLogsByKeyAsync(string logstore, SlsLogGroup group, string hashKey, CancellationToken cancellationToken) =>
        PutAsync($"{SlsPath.Logstore(logstore)}/shards/route", new() { ["key"] = hashKey }, group, cancellationToken);

    /// <summary>Writes one group as web pages do (PutWebtracking), into a logstore with <see cref="SlsLogstore.AllowsTracking"/>. The time of a log is when SLS received it.</summary>
    /// <remarks>At most 3 MB; a key of a log 128 bytes, a value 1 MB. Fails with Unauthorized where the logstore does not take such writes, else as <see cref="PutLogsAsync"/> does.</remarks>
    public Task PutWebTrackingAsync(string logstore, SlsLogGroup group, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["__topic__"] = group.Topic,
            ["__source__"] = group.Source,
            ["__tags__"] = Members(group.Tags ?? []),
            ["__logs__"] = new JsonArray([.. group.Logs.Select(log => Members(log.Contents))]),
        };
        return connection.SendAsync(
            HttpMethod.Post,
            $"{SlsPath.Logstore(logstore)}/track",
            null,
            SlsBody.Json(JsonSerializer.SerializeToUtf8Bytes(body)),
            cancellationToken
        );

        static JsonNode Members(IEnumerable<KeyValuePair<string, string>> pairs) =>
            new JsonObject(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
    }

    private async Task PutAsync(string path, Dictionary<string, string>? query, SlsLogGroup group, CancellationToken cancellationToken)
    {
        var body = SlsBody.Of(group, options.Compression);
        await connection.SendAsync(HttpMethod.Post, path, query, body, cancellationToken);
        body.Return();
    }
}
