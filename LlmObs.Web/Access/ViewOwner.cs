using System.Security.Cryptography;
using System.Text;
using LlmObs.Api;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Access;

/// <summary>
/// To whom a private saved view belongs. There are no accounts: who came with a key is that key, whoever came by a login link is this browser,
/// told apart by a secret of its own, of which the database knows the hash only.
/// </summary>
public static class ViewOwner
{
    private const string Cookie = "llmobs-views";

    /// <summary>Null when nothing was ever kept from here.</summary>
    public static string? Known(HttpContext context) =>
        context.User.FindFirst(ApiClaims.Key) is { } key ? "key:" + key.Value
        : context.Request.Cookies[Cookie] is { Length: 64 } secret ? Hash(secret)
        : null;

    /// <summary>As <see cref="Known"/>; gives the browser a secret when it has none.</summary>
    public static string Ensure(HttpContext context)
    {
        if (Known(context) is { } known)
        {
            return known;
        }

        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var options = Preferences.ForAYear();
        options.HttpOnly = true;
        options.Secure = context.Request.IsHttps;
        context.Response.Cookies.Append(Cookie, secret, options);
        return Hash(secret);
    }

    private static string Hash(string secret) => "browser:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
