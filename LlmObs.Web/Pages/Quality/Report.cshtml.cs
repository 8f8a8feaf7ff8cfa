using LlmObs.Storage;
using LlmObs.Web.Quality;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Quality;

/// <summary>A week on one sheet of paper: seven whole days of the reader's clock, up to <c>to=</c> or today, against the seven before.</summary>
public sealed class ReportModel(OverviewReader overview, CurrentProject current, ViewerZone zone) : PageModel
{
    public QualityAddress Address { get; private set; } = null!;
    public QualityOverview? Overview { get; private set; }

    /// <summary>The last day, whole.</summary>
    public DateTime LastDay { get; private set; }

    public DateTime FirstDay => LastDay.AddDays(-6);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        var asked = QualityAddress.Read(Request.Query, current.Project, zone);
        LastDay = (asked.Range.Last is null ? zone.Local(asked.Range.To.AddTicks(-1)) : zone.Now).Date;
        Address = asked with { Range = TimeRange.Between(zone.FromWallClock(FirstDay), zone.FromWallClock(LastDay.AddDays(1))), By = "release" };
        try
        {
            Overview = await overview.ReadAsync(Address, cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    /// <summary>The week it is compared with.</summary>
    public QualityAddress Before => Shifted(-1);

    /// <summary>The report so many weeks later.</summary>
    public string Report(int weeks) => Links.QualityReport(current.Project, Shifted(weeks).Pairs);

    private QualityAddress Shifted(int weeks) =>
        Address with
        {
            Range = TimeRange.Between(Address.Range.From.AddDays(7 * weeks), Address.Range.To.AddDays(7 * weeks)),
        };
}
