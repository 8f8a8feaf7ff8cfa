using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace LlmObs.Api;

/// <summary>Title and security of the OpenAPI document.</summary>
internal sealed class ApiDocument : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "LlmObs",
            Version = "v1",
            Description = "Traces of LLM applications: search them, read them, see what waits.",
        };
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["key"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key with the scope 'read'.",
            },
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
        return Task.CompletedTask;
    }
}
