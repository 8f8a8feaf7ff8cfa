using LlmObs.Domain;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Langfuse;

/// <summary>Where Langfuse's clients send people: <c>/project/ID</c> and a trace in it. Ingest serves no pages; it knows where they are when it is told.</summary>
internal static class ProjectRedirect
{
    public static void MapProjectRedirect(this WebApplication app)
    {
        app.MapGet("/project/{project}", (string project, IOptions<LangfuseOptions> options) => To(options.Value, project, "/", span: null))
            .ExcludeFromDescription();
        app.MapGet(
                "/project/{project}/traces/{trace}",
                (string project, string trace, string? observation, IOptions<LangfuseOptions> options) =>
                    To(options.Value, project, $"/traces/{Uri.EscapeDataString(trace)}", span: observation)
            )
            .ExcludeFromDescription();
    }

    private static IResult To(LangfuseOptions options, string project, string path, string? span)
    {
        if (options.WebUrl is null)
        {
            return Results.Problem(
                "This is where spans are sent to; it serves no pages. Set Langfuse:WebUrl to where LlmObs is opened, and this leads there.",
                statusCode: StatusCodes.Status404NotFound
            );
        }

        Dictionary<string, string?> query = new()
        {
            ["project"] = project == Project.DefaultName || !Project.IsName(project) ? null : project,
            ["span"] = span,
        };
        return Results.Redirect(QueryHelpers.AddQueryString(options.WebUrl.ToString().TrimEnd('/') + path, query));
    }
}
