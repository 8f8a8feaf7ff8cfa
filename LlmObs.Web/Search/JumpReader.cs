using LlmObs.Domain;
using LlmObs.Storage;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Views;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Search;

/// <summary>Where a text may lead.</summary>
/// <param name="Id">What it is the id of; null when it is none anybody knows.</param>
/// <param name="IdUrl">Where that is.</param>
public sealed record JumpTargets(
    string Text,
    IdMatch? Id,
    string? IdUrl,
    IReadOnlyList<KnownPage> Pages,
    IReadOnlyList<SavedView> Views,
    string SearchUrl
);

/// <summary>Finds pages, saved views and ids by what somebody types into the palette.</summary>
public sealed class JumpReader(TraceReader traces, SavedViews views)
{
    // Shorter than any id people paste.
    private const int ShortestId = 3;
    private const int MostViews = 20;

    /// <param name="titled">The name of a page in the reader's language.</param>
    public async Task<JumpTargets> FindAsync(
        SearchAddress address,
        string text,
        string owner,
        bool isOperator,
        Func<KnownPage, string> titled,
        CancellationToken cancellationToken
    )
    {
        var pages = KnownPage.All.Where(page => (isOperator || !page.ForOperators) && (Holds(page.Title, text) || Holds(titled(page), text)));
        var (id, saved) = await ReadAsync(address.Project, text, owner, cancellationToken);
        return new(
            text,
            id,
            id is null ? null : IdJump.Target(address, id),
            [.. pages],
            [.. saved.Where(view => Holds(view.Name, text)).Take(MostViews)],
            address.Asking(text).Url
        );
    }

    private async Task<(IdMatch?, IReadOnlyList<SavedView>)> ReadAsync(
        Project project,
        string text,
        string owner,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var id = text.Length >= ShortestId && !text.Any(char.IsWhiteSpace) ? await traces.FindIdAsync(project.Id, text, cancellationToken) : null;
            return (id, await views.ListAsync(project.Id, owner, cancellationToken));
        }
        catch (StorageUnavailableException)
        {
            // Pages are known without PostgreSQL.
            return (null, []);
        }
    }

    private static bool Holds(string name, string text) => name.Contains(text, StringComparison.OrdinalIgnoreCase);
}
