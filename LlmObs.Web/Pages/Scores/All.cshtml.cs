using System.Globalization;
using LlmObs.Domain.Scores;
using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Scores;

/// <summary>Judgements by name and value, newest first: the way from a bad score to what it judges.</summary>
public sealed class AllModel(ScoreReader scores, CurrentProject current) : PageModel
{
    private const int PageSize = 50;
    private const int MostNames = 200;

    [BindProperty(SupportsGet = true)]
    public string? Name { get; set; }

    [BindProperty(SupportsGet = true)]
    public double? AtLeast { get; set; }

    [BindProperty(SupportsGet = true)]
    public double? AtMost { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Label { get; set; }

    /// <summary><c>exclude</c> for those that say something else.</summary>
    [BindProperty(SupportsGet = true)]
    public string? How { get; set; }

    /// <summary>The last score of the page before: its time in microseconds …</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    /// <summary>… and its id.</summary>
    [BindProperty(SupportsGet = true)]
    public string? BeforeId { get; set; }

    public IReadOnlyList<Score> Rows { get; private set; } = [];
    public IReadOnlyList<string> Names { get; private set; } = [];

    public bool IsFiltered => Name is not null || AtLeast is not null || AtMost is not null || Label is not null;

    public bool IsOther => How == "exclude" && (AtLeast is not null || AtMost is not null || Label is not null);

    /// <summary>Where the next page is; null on the last.</summary>
    public string? Next =>
        Rows.Count < PageSize
            ? null
            : Links.Scores(
                current.Project,
                ("name", Name),
                ("atLeast", Number(AtLeast)),
                ("atMost", Number(AtMost)),
                ("label", Label),
                ("how", IsOther ? How : null),
                ("before", Rows[^1].UnixMicros.ToString(CultureInfo.InvariantCulture)),
                ("beforeId", Rows[^1].Id)
            );

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var filter = new ScoreFilter(null, null, null, null, Name, Before is { } before ? (before, BeforeId ?? "") : null)
        {
            AtLeast = AtLeast,
            AtMost = AtMost,
            Label = Label,
            IsOther = IsOther,
        };
        Rows = await scores.PageAsync(current.Id, filter, PageSize, cancellationToken);
        Names = await scores.NamesAsync(current.Id, MostNames, cancellationToken);
    }

    public static string? Number(double? value) => value?.ToString(CultureInfo.InvariantCulture);
}
