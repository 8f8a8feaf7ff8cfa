using System.Net;
using System.Text;
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
        var key = KeyOf(context.Request.Headers);
        if (key is null)
        {
            return _allowsLoopback && IsLoopback(context)
                ? await DefaultAsync(context.RequestAborted)
                : Refused(RefusalReason.NoCredentials, "A key is needed: 'Authorization: Bearer <key>', 'Authorization: Basic <base64 of public:key>', or 'x-api-key: <key>'.");
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
            : new(null, new(RefusalReason.StorageAway, "The project 'default' is not there yet.", TimeSpan.FromSeconds(options.Value.RetryAfterSeconds)));

    private static string? KeyOf(IHeaderDictionary headers)
    {
        const string bearer = "Bearer ", basic = "Basic ";
        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase))
        {
            return authorization[bearer.Length..].Trim();
        }

        if (authorization.StartsWith(basic, StringComparison.OrdinalIgnoreCase))
        {
            return SecretOf(authorization[basic.Length..].Trim());
        }

        return headers["x-api-key"].ToString() is { Length: > 0 } key ? key.Trim() : null;
    }

    // What cannot be read is a wrong key, not a missing one: a loopback sender with a broken header must hear of it.
    private static string SecretOf(string credentials)
    {
        var buffer = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, buffer, out var length))
        {
            return "";
        }

        var pair = Encoding.UTF8.GetString(buffer, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    // Behind a proxy on this machine everyone looks like loopback; the proxy's own headers give it away.
    private static bool IsLoopback(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded");

    private static Sender Refused(RefusalReason reason, string message) => new(null, new(reason, message));
}
