using LlmObs.Domain.Cases;
using LlmObs.Storage.Cases;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Cases;

/// <summary>The project's cases, newest first, and how fast the loop was in the last thirty days.</summary>
public sealed class IndexModel(CaseReader cases, CaseClock clock, CurrentProject current, TimeProvider time) : PageModel
{
    private const int PageSize = 50;
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    [BindProperty(SupportsGet = true)]
    public string? State { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Owner { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Category { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Release { get; set; }

    /// <summary>With <see cref="From"/> and <see cref="To"/>: only the cases that the quality page counts in that time, for this.</summary>
    [BindProperty(SupportsGet = true)]
    public CaseMilestone? Counted { get; set; }

    [BindProperty(SupportsGet = true)]
    public DateTimeOffset? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public DateTimeOffset? To { get; set; }

    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public IReadOnlyList<CaseRow> Rows { get; private set; } = [];
    public IReadOnlyDictionary<CaseState, int> Counts { get; private set; } = new Dictionary<CaseState, int>();
    public CaseTimes Times { get; private set; } = null!;

    public CaseWindow? Window => (Counted, From, To) is ({ } milestone, { } from, { } to) ? new(milestone, from, to) : null;

    public bool IsFiltered => Window is not null || State is not null || Owner is not null || Category is not null || Release is not null;

    public long? NextBefore => Rows.Count == PageSize ? Rows[^1].Case.Id : null;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var filter = new CaseFilter(CaseStates.Read(State), Owner, CaseCause.Categories.FirstOrDefault(known => known == Category), Release, Before)
        {
            Counted = Window,
        };
        Rows = await cases.ListAsync(current.Id, filter, PageSize, cancellationToken);
        Counts = await cases.CountsAsync(current.Id, cancellationToken);
        var now = time.GetUtcNow();
        Times = await clock.ReadAsync(current.Id, now - Month, now, cancellationToken);
    }

    /// <summary>The same list in another state, from its beginning.</summary>
    public string With(string? state, long? before = null) =>
        Links.Cases(
            current.Project,
            ("state", state),
            ("owner", Owner),
            ("category", Category),
            ("release", Release),
            ("counted", Counted?.ToString().ToLowerInvariant()),
            ("from", From is { } from ? TimeRange.Text(from) : null),
            ("to", To is { } to ? TimeRange.Text(to) : null),
            ("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture))
        );
}
