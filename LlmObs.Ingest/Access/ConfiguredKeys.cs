using System.ComponentModel.DataAnnotations;
using LlmObs.Domain;
using LlmObs.Storage.Access;
using LlmObs.Storage.Schema;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Access;

/// <summary>A key given by configuration, as <c>ApiKeys__0__Key</c>.</summary>
public sealed class ConfiguredKey
{
    public string Project { get; set; } = Domain.Project.DefaultName;

    public string Name { get; set; } = "configured";

    [Required]
    public string Key { get; set; } = "";

    public KeyScopes Scopes { get; set; } = KeyScopes.All;
}

/// <summary>The section <c>ApiKeys</c>: an array.</summary>
public sealed class ConfiguredKeyOptions
{
    public const string Section = "ApiKeys";

    [ValidateEnumeratedItems]
    public IList<ConfiguredKey> Keys { get; set; } = [];
}

/// <summary>Makes sure, at start, that the keys of the configuration exist. Waits for the schema, since PostgreSQL may start later than we do.</summary>
internal sealed partial class KeySeeding(
    ApiKeys keys,
    SchemaState schema,
    IOptions<ConfiguredKeyOptions> options,
    TimeProvider time,
    ILogger<KeySeeding> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        foreach (var key in options.Value.Keys)
        {
            while (!await EnsuredAsync(key, stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> EnsuredAsync(ConfiguredKey key, CancellationToken stoppingToken)
    {
        try
        {
            await keys.EnsureAsync(key.Project, key.Name, key.Key, key.Scopes, stoppingToken);
            Log.Ensured(logger, key.Name, key.Project);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (_told != e.Message)
            {
                Log.Waiting(logger, key.Name, _told = e.Message);
            }

            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Key {Name} of project {Project} is ready.")]
        public static partial void Ensured(ILogger logger, string name, string project);

        [LoggerMessage(2, LogLevel.Warning, "Key {Name} could not be stored yet: {Reason}")]
        public static partial void Waiting(ILogger logger, string name, string reason);
    }
}
