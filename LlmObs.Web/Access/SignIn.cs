using System.Security.Claims;
using LlmObs.Api;
using LlmObs.Storage.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;

namespace LlmObs.Web.Access;

public static class SignInServices
{
    /// <summary>Registers the session cookie, whose keys are in PostgreSQL so that it outlives a restart and holds on every replica, and the first login link.</summary>
    public static WebApplicationBuilder AddSignIn(this WebApplicationBuilder builder)
    {
        builder
            .Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(options =>
            {
                options.Cookie.Name = "llmobs";
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.LoginPath = "/login";
                options.AccessDeniedPath = "/error/403";
                options.ReturnUrlParameter = "to";
                options.ExpireTimeSpan = TimeSpan.FromDays(14);
                options.SlidingExpiration = true;
                options.Events.OnValidatePrincipal = SessionOfKey.ValidateAsync;
            });
        // The ring is read once at start, before the schema is there; whoever needs it later gets the exception. Its keys are as safe as the
        // database they are in, which holds all they protect.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement", LogLevel.Critical);
        builder.Services.AddDataProtection().PersistKeysToLlmObsStorage();
        builder.Services.AddAuthorization(options =>
            options.AddPolicy(Operators.Policy, policy => policy.RequireAssertion(context => context.User.IsOperator()))
        );
        builder.Services.AddScoped<SignIn>();
        builder.Services.AddHostedService<FirstLoginLink>();
        return builder;
    }
}

/// <summary>Opens a session for a one-time token, or for an API key that may read.</summary>
public sealed class SignIn(LoginLinks links, ApiKeys keys)
{
    /// <summary>True when <paramref name="secret"/> opened a session.</summary>
    public async Task<bool> TryAsync(HttpContext context, string secret, CancellationToken cancellationToken)
    {
        var claims = await ClaimsAsync(secret.Trim(), cancellationToken);
        if (claims is null)
        {
            return false;
        }

        var identity = new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
        return true;
    }

    private async Task<IReadOnlyList<Claim>?> ClaimsAsync(string secret, CancellationToken cancellationToken)
    {
        if (await links.RedeemAsync(secret, cancellationToken))
        {
            return [new(ClaimTypes.Name, "operator")];
        }

        return await keys.FindAsync(secret, cancellationToken) is { } key && key.Scopes.HasFlag(KeyScopes.Read)
            ? [new(ClaimTypes.Name, key.Name), new(ApiClaims.Project, key.Project.Name), new(ApiClaims.Key, key.Id.ToString())]
            : null;
    }
}
