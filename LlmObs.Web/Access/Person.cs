using System.Security.Claims;
using LlmObs.Domain.Labels;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace LlmObs.Web.Access;

/// <summary>The name somebody goes by when they label and work on cases. There are no accounts: the session carries it, as they said it.</summary>
public static class Person
{
    private const string Claim = "llmobs:person";

    /// <summary>Null until they said it.</summary>
    public static string? PersonName(this ClaimsPrincipal user) => user.FindFirst(Claim)?.Value;

    /// <summary>Puts the name into the session. Nothing else of it changes.</summary>
    /// <param name="name">As <see cref="Annotator.Read"/> gives it.</param>
    public static Task GoByAsync(HttpContext context, string name)
    {
        var claims = context.User.Claims.Where(claim => claim.Type != Claim).Append(new(Claim, name));
        var identity = new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme);
        return context.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
    }
}
