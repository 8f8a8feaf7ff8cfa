using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Services;

/// <summary>What opens this stack: two API keys kept in the data directory, and a login token for this run.</summary>
internal sealed record LocalSecrets(string ApiKey, string OwnApiKey, string LoginToken)
{
    public static async Task<LocalSecrets> ReadAsync(DataDirectory data, CancellationToken cancellationToken) =>
        new(
            await PrivateFile.SecretAsync(data.ApiKeyFile, "llmobs_", cancellationToken),
            await PrivateFile.SecretAsync(data.OwnApiKeyFile, "llmobs_", cancellationToken),
            PrivateFile.NewSecret("")
        );
}
