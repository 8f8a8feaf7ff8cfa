using System.Net;
using LlmObs.Domain;
using LlmObs.Storage.Access;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Access;

/// <summary>Who sends, or why the sender is refused.</summary>
/// <param name="Key">Null for a sender on this machine that needs none.</param>
internal readonly record struct Sender(Project? Project, Refusal? Refusal, ApiKey? Key = null);

/// <summary>Finds the project of a request by its key, whichever way the client sends one, and counts what the key asks for. gRPC metadata are headers like any other.</summary>
internal sealed class SenderAccess(ApiKeys keys, Projects projects, RateLimits rates, IOptions<IngestOptions> options, IHostEnvironment environment)
{
    private readonly bool _allowsLoopback = options.Value.AllowAnonymousLoopback ?? environment.IsDevelopment();

    /// <summary>The sender of a request, which counts towards the key's rate. A refused one has no project.</summary>
    /// <param name="takesPublicHalf">The call can be made with the public half of a pair; what the sender may then do is for the call to see to.</param>
    public async Task<Sender> FindAsync(HttpContext context, bool takesPublicHalf = false)
    {
        var key = ApiKeyHeader.Read(context.Request.Headers);
        if (key is null)
        {
            return _allowsLoopback && IsLoopback(context)
                ? await DefaultAsync(context.RequestAborted)
                : Refused(
                    RefusalReason.NoCredentials,
                    "A key is needed: 'Authorization: Bearer <key>', 'Authorization: Basic <base64 of public:key>', or 'x-api-key: <key>'."
                );
        }

        var found =
            takesPublicHalf && ApiKeyHeader.ReadPublicHalf(context.Request.Headers) is { } publicHalf
                ? await keys.FindByPublicHalfAsync(publicHalf, context.RequestAborted)
                : await keys.FindAsync(key, context.RequestAborted);
        if (found is null)
        {
            return Refused(RefusalReason.NoCredentials, "The key is unknown or was revoked.");
        }

        if (!found.Scopes.HasFlag(KeyScopes.Ingest))
        {
            return Refused(RefusalReason.NotAllowed, $"The key '{found.Name}' may not send; it lacks the scope 'ingest'.");
        }

        return rates.TakeRequest(found) is { } exceeded ? new(null, Refusal.RateLimited(exceeded)) : new(found.Project, null, found);
    }

    /// <summary>Counts the spans, or log records, of a request, once it is known how many they are; null when they are within the key's rate.</summary>
    public Refusal? TakeSpans(Sender sender, long count) =>
        sender.Key is { } key && rates.TakeSpans(key, count) is { } exceeded ? Refusal.RateLimited(exceeded) : null;

    private async Task<Sender> DefaultAsync(CancellationToken cancellationToken) =>
        await projects.FindAsync(Project.DefaultName, cancellationToken) is { } project
            ? new(project, null)
            : new(
                null,
                new(RefusalReason.StorageAway, "The project 'default' is not there yet.", TimeSpan.FromSeconds(options.Value.RetryAfterSeconds))
            );

    // Behind a proxy on this machine everyone looks like loopback; the proxy's own headers give it away.
    private static bool IsLoopback(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For")
        && !context.Request.Headers.ContainsKey("Forwarded");

    private static Sender Refused(RefusalReason reason, string message) => new(null, new(reason, message));
}
