using System.Text.Json;
using System.Text.Json.Serialization;
using LlmObs.ServiceDefaults;
using LlmObs.Storage.Access;

namespace LlmObs.Ingest.Spooling;

/// <summary>
/// Keeps beside the spool which keys were good, by the hashes of their secrets: after a restart while PostgreSQL is away the spool takes
/// what those senders bring, for as long as they would have been known without it (<c>Storage:KeyMemory</c>).
/// </summary>
internal sealed partial class KeyFile(ApiKeys keys, Spool spool, TimeProvider time, ILogger<KeyFile> logger) : TurnLoop(time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly string? path = spool.Folder is { } folder ? Path.Combine(folder, "keys.json") : null;
    private byte[] saved = [];

    /// <summary>Reads before the first request is taken.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (path is not null && File.Exists(path))
            {
                keys.Recall(JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFileJson.Default.RememberedKeyArray) ?? []);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.Unread(logger, exception.Message);
        }

        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            Save();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failed(exception);
        }
    }

    protected override Task ReadyAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    protected override Task<TimeSpan> TurnAsync(CancellationToken stoppingToken)
    {
        Save();
        return Task.FromResult(Interval);
    }

    protected override TimeSpan Failed(Exception exception)
    {
        Log.Unwritten(logger, exception.Message);
        return Interval;
    }

    // Whole or not at all: a torn file would tell of nobody.
    private void Save()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes([.. keys.Remembered.OrderBy(key => key.Hash)], KeyFileJson.Default.RememberedKeyArray);
        if (path is null || bytes.AsSpan().SequenceEqual(saved))
        {
            return;
        }

        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
        saved = bytes;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The keys of an earlier run cannot be read; while PostgreSQL is away, senders are told to come again: {Reason}")]
        public static partial void Unread(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The keys cannot be kept beside the spool: {Reason}")]
        public static partial void Unwritten(ILogger logger, string reason);
    }
}

[JsonSerializable(typeof(RememberedKey[]))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
