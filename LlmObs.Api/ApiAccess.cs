using LlmObs.Domain;
using LlmObs.Storage.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LlmObs.Api;

/// <summary>
/// Lets a request read one project: that of its API key (<c>Authorization: Bearer</c>, <c>Basic</c> with the key as password, or <c>x-api-key</c>),
/// or, for somebody signed in to the explorer, the project named by <c>?project=</c>.
/// </summary>
internal class ApiAccess(KeyScopes scope = KeyScopes.Read) : IEndpointFilter
{
    private static readonly object ProjectKey = new();

    /// <summary>The project the request may read.</summary>
    public static Project ProjectOf(HttpContext context) => (Project)context.Items[ProjectKey]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var (project, refusal) = await FindProjectAsync(context);
        if (refusal is not null)
        {
            return refusal;
        }

        context.Items[ProjectKey] = project;
        return await next(invocation);
    }

    private async Task<(Project?, IResult?)> FindProjectAsync(HttpContext context)
    {
        if (ApiKeyHeader.Read(context.Request.Headers) is { } text)
        {
            var key = await context.RequestServices.GetRequiredService<ApiKeys>().FindAsync(text, context.RequestAborted);
            return key switch
            {
                null => (null, Unauthorized(context, "The API key is unknown or revoked.")),
                { Scopes: var scopes } when !scopes.HasFlag(scope) => (
                    null,
                    Results.Problem(
                        $"The API key lacks the scope '{scope.ToString().ToLowerInvariant()}'.",
                        statusCode: StatusCodes.Status403Forbidden
                    )
                ),
                _ when context.RequestServices.GetRequiredService<RateLimits>().TakeRequest(key) is { } exceeded => (
                    null,
                    TooMany(context, exceeded)
                ),
                _ => (key.Project, null),
            };
        }

        if (context.User.Identity?.IsAuthenticated != true)
        {
            return (
                null,
                Unauthorized(
                    context,
                    "Send an API key: Authorization: Bearer <key>. The local default key is in the file api-key of the data directory."
                )
            );
        }

        var name = context.Request.Query["project"].FirstOrDefault() ?? Project.DefaultName;
        if (context.User.FindFirst(ApiClaims.Project) is { } only && only.Value != name)
        {
            return (null, NoProject(name));
        }

        var project = await context.RequestServices.GetRequiredService<Projects>().FindAsync(name, context.RequestAborted);
        return project is null ? (null, NoProject(name)) : (project, null);
    }

    private static IResult TooMany(HttpContext context, RateExceeded exceeded)
    {
        exceeded.WriteTo(context.Response.Headers);
        return Results.Problem(exceeded.Message, statusCode: StatusCodes.Status429TooManyRequests);
    }

    private static IResult NoProject(string name) =>
        Results.Problem($"project: there is no project '{name}'.", statusCode: StatusCodes.Status404NotFound);

    private static IResult Unauthorized(HttpContext context, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Results.Problem(detail, statusCode: StatusCodes.Status401Unauthorized);
    }
}

/// <summary>The same for requests that write: the key must be one that may send.</summary>
internal sealed class ApiSendAccess() : ApiAccess(KeyScopes.Ingest);
