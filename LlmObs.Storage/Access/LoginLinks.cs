using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Storage.Access;

/// <summary>One-time login links: a token opens one session, once, within its time. Only its hash is kept.</summary>
public sealed class LoginLinks(Database database)
{
    private const string Offer = """
        INSERT INTO login_links AS l (token_hash, expires_at) VALUES (@hash, now() + @lifetime)
        ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at WHERE l.used_at IS NULL
        """;

    private const string Redeem = """
        UPDATE login_links SET used_at = now() WHERE token_hash = @hash AND used_at IS NULL AND expires_at > now()
        """;

    /// <summary>Registers a token. Registering a used one again does not revive it.</summary>
    public Task OfferAsync(string token, TimeSpan lifetime, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Offer, new { hash = Hash(token), lifetime }, cancellationToken);

    /// <summary>True exactly once for an offered token in time.</summary>
    public async Task<bool> RedeemAsync(string token, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(Redeem, new { hash = Hash(token) }, cancellationToken) == 1;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
