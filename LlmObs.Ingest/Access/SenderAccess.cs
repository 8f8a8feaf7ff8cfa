using System.Net;
using LlmObs.Domain;
using LlmObs.Storage.Access;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Access;

/// <summary>Who sends, or why the sender is refused.</summary>
internal readonly record struct Sender(Project? Project, Refusal? Refusal);

/// <summary>Finds the project of a request by its key, whichever way the client sends one. gRPC metadata are headers like any other.</summary>
internal sealed class SenderAccess(ApiKeys keys, Projects projects, IOptions<IngestOptions> options, IHostEnvironment environment)
{
    private readonly bool _allowsLoopback = options.Value.AllowAnonymousLoopback ?? environment.IsDevelopment();

    public async Task<Sender> FindAsync(HttpContext context)
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

        var found = await keys.FindAsync(key, context.RequestAborted);
        if (found is null)
        {
            return Refused(RefusalReason.NoCredentials, "The key is unknown or was revoked.");
        }

        return found.Scopes.HasFlag(KeyScopes.Ingest)
            ? new(found.Project, null)
            : Refused(RefusalReason.NotAllowed, $"The key '{found.Name}' may not send; it lacks the scope 'ingest'.");
    }

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
