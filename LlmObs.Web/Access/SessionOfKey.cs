using LlmObs.Api;
using LlmObs.Storage;
using LlmObs.Storage.Access;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace LlmObs.Web.Access;

/// <summary>Ends the session that a key opened when the key is revoked. A rotated key is the same key.</summary>
internal static class SessionOfKey
{
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal is not { } user || user.IsOperator())
        {
            return;
        }

        if (!await StandsAsync(context.HttpContext, user.FindFirst(ApiClaims.Key)?.Value))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync();
        }
    }

    private static async Task<bool> StandsAsync(HttpContext context, string? claim)
    {
        if (!Guid.TryParse(claim, out var id))
        {
            return false;
        }

        try
        {
            var key = await context.RequestServices.GetRequiredService<ApiKeys>().FindAsync(id, context.RequestAborted);
            return key?.Scopes.HasFlag(KeyScopes.Read) == true;
        }
        catch (StorageUnavailableException)
        {
            // Nothing can be read now, and the page will say why.
            return true;
        }
    }
}
