using System.Security.Claims;
using LlmObs.Api;

namespace LlmObs.Web.Access;

/// <summary>Who came by a login link: sees every project, and makes projects and keys. Who came with a key sees what the key may read.</summary>
public static class Operators
{
    public const string Policy = "operator";

    public static bool IsOperator(this ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true && !user.HasClaim(claim => claim.Type == ApiClaims.Project);
}
