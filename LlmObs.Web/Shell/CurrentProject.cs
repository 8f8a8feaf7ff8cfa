using LlmObs.Api;
using LlmObs.Domain;
using LlmObs.Storage.Access;
using LlmObs.Web.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace LlmObs.Web.Shell;

/// <summary>The project a page is about: <c>?project=</c>, so that a pasted link shows the same; else the first one the reader may see.</summary>
public sealed class CurrentProject
{
    private Project? project;

    /// <summary>Set before any page of a signed-in reader runs.</summary>
    public Project Project => project ?? throw new InvalidOperationException("A page asked for its project, but its reader is not signed in.");

    public bool IsKnown => project is not null;

    /// <summary>Every project the reader may switch to.</summary>
    public IReadOnlyList<Project> Choices { get; private set; } = [];

    public int Id => Project.Id;
    public string Name => Project.Name;

    internal void Settle(Project chosen, IReadOnlyList<Project> choices) => (project, Choices) = (chosen, choices);
}

/// <summary>Settles <see cref="CurrentProject"/>; a project that does not exist, or that this session may not see, is not found.</summary>
public sealed class ProjectFilter(CurrentProject current, Projects projects) : IAsyncResourceFilter
{
    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        if (http.User.Identity?.IsAuthenticated == true && !http.Request.Path.StartsWithSegments("/error"))
        {
            var choices = await VisibleAsync(http);
            var wanted = (string?)http.Request.Query["project"];
            var chosen = wanted is { Length: > 0 }
                ? choices.FirstOrDefault(project => project.Name == wanted)
                : choices.FirstOrDefault(project => project.Name == Project.DefaultName) ?? (choices is [var first, ..] ? first : null);
            if (chosen is null)
            {
                context.Result = new NotFoundResult();
                return;
            }

            current.Settle(chosen, choices);
        }

        await next();
    }

    private async Task<IReadOnlyList<Project>> VisibleAsync(HttpContext http)
    {
        var all = await projects.ListAsync(http.RequestAborted);
        return http.User.FindFirst(ApiClaims.Project) is { } only ? [.. all.Where(project => project.Name == only.Value)] : all;
    }
}
