using LlmObs.Domain;

namespace LlmObs.Web.Shell;

/// <summary>Addresses that Langfuse's clients make of traces (<c>getTraceUrl</c>), which people keep in logs and tickets. They lead to ours.</summary>
public static class LangfuseLinks
{
    public static WebApplication MapLangfuseLinks(this WebApplication app)
    {
        // Anonymous: whoever is not signed in is asked to where this leads, and comes back there.
        app.MapGet(
                "/project/{project}/traces/{traceId}",
                (string project, string traceId, string? observation) =>
                    Results.LocalRedirect(Links.Trace(new Project(0, project), traceId, observation))
            )
            .AllowAnonymous();
        return app;
    }
}
