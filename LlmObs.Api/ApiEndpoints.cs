using Microsoft.AspNetCore.Routing;

namespace LlmObs.Api;

public static class ApiEndpoints
{
    /// <summary>Maps <c>/api/v1</c> and its OpenAPI document. Served by Web and by Ingest alike.</summary>
    public static IEndpointRouteBuilder MapLlmObsApi(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}
