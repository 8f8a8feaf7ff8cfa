using System.ClientModel;
using System.ClientModel.Primitives;
using LlmObs.SqlCopilot.Scripted;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;

namespace LlmObs.SqlCopilot.Model;

/// <summary>Builds the one model client of the copilot. A real and the scripted model are reached by the same code, over HTTP.</summary>
internal static class ModelClient
{
    /// <param name="self">This application's own address, where the scripted model is served.</param>
    /// <param name="sourceName">The source of its spans.</param>
    public static IChatClient Create(ModelOptions options, Uri self, ILoggerFactory logs, string sourceName, TimeProvider time)
    {
        var endpoint = options.Endpoint ?? new Uri(self, ScriptedModelEndpoint.Path);
        var name = options.IsScripted ? ScriptedModel.Name : options.Name!;
        var wire = new OpenAIClientOptions
        {
            Endpoint = endpoint,
            NetworkTimeout = TimeSpan.FromSeconds(60),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };

        // From the outside in: a rate limit is waited for, and each single attempt is a span of its own.
        var client = new ChatClient(name, new ApiKeyCredential(options.ApiKey ?? "none"), wire).AsIChatClient();
        return (options.IsScripted ? new ScriptedProvider(client) : client)
            .AsBuilder()
            .Use(inner => new RateLimitPatience(inner, time))
            .UseOpenTelemetry(logs, sourceName, telemetry => telemetry.EnableSensitiveData = true)
            .Build();
    }

    /// <summary>Telemetry takes the provider's name from here: without it the scripted model would go by its client's, <c>openai</c>.</summary>
    private sealed class ScriptedProvider(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            base.GetService(serviceType, serviceKey) is ChatClientMetadata wire
                ? new ChatClientMetadata("scripted", wire.ProviderUri, wire.DefaultModelId)
                : base.GetService(serviceType, serviceKey);
    }
}
