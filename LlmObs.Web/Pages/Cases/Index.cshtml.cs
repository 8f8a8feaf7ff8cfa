using LlmObs.Domain.Cases;
using LlmObs.Storage.Cases;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Cases;

/// <summary>The project's cases, newest first, and how fast the loop was in the last thirty days.</summary>
public sealed class IndexModel(CaseReader cases, CaseClock clock, CurrentProject current, TimeProvider time) : PageModel
{
    private const int PageSize = 50;
    private static readonly TimeSpan Window = TimeSpan.FromDays(30);

    [BindProperty(SupportsGet = true)]
    public string? State { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Owner { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Category { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Release { get; set; }

    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public IReadOnlyList<CaseRow> Rows { get; private set; } = [];
    public IReadOnlyDictionary<CaseState, int> Counts { get; private set; } = new Dictionary<CaseState, int>();
    public CaseTimes Times { get; private set; } = null!;

    public bool IsFiltered => State is not null || Owner is not null || Category is not null || Release is not null;

    public long? NextBefore => Rows.Count == PageSize ? Rows[^1].Case.Id : null;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var filter = new CaseFilter(CaseStates.Read(State), Owner, CaseCause.Categories.FirstOrDefault(known => known == Category), Release, Before);
        Rows = await cases.ListAsync(current.Id, filter, PageSize, cancellationToken);
        Counts = await cases.CountsAsync(current.Id, cancellationToken);
        var now = time.GetUtcNow();
        Times = await clock.ReadAsync(current.Id, now - Window, now, cancellationToken);
    }

    /// <summary>The same list in another state, from its beginning.</summary>
    public string With(string? state, long? before = null) =>
        Links.Cases(
            current.Project,
            ("state", state),
            ("owner", Owner),
            ("category", Category),
            ("release", Release),
            ("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture))
        );
}
