using LlmObs.Domain;

namespace LlmObs.Web.Shell;

/// <summary>A page one can jump to by its name.</summary>
/// <param name="Title">English, the key of its translation in the palette's resources.</param>
/// <param name="ForOperators">Only who came by a login link may see it.</param>
public sealed record KnownPage(string Title, Func<Project, string> Url, bool ForOperators = false)
{
    public static readonly IReadOnlyList<KnownPage> All =
    [
        new("Search", project => Links.Search(project)),
        new("Sessions", project => Links.Search(project, ("view", "sessions"))),
        new("Users", project => Links.Search(project, ("view", "users"))),
        new("Saved views", Links.SavedViews),
        new("Quality", project => Links.Quality(project)),
        new("Labels", Links.Labels),
        new("Scores", project => Links.Scores(project)),
        new("Cases", project => Links.Cases(project)),
        new("Prices", project => Links.Prices(project)),
        new("Redaction", Links.Redaction),
        new("System", Links.System),
        new("Projects and keys", Links.Keys, ForOperators: true),
    ];
}
