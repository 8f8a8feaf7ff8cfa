using LlmObs.Storage;
using LlmObs.Web.Quality;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Quality;

/// <summary>The quality page. All its state is in the address.</summary>
public sealed class IndexModel(OverviewReader overview, QualityCsv csv, CurrentProject current, ViewerZone zone) : PageModel
{
    private const string Csv = "text/csv; charset=utf-8";

    public QualityAddress Address { get; private set; } = null!;

    /// <summary>Null while PostgreSQL is away.</summary>
    public QualityOverview? Overview { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Address = QualityAddress.Read(Request.Query, current.Project, zone);
        try
        {
            Overview = await overview.ReadAsync(Address, cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    public async Task<IActionResult> OnGetCsvAsync(CancellationToken cancellationToken)
    {
        Address = QualityAddress.Read(Request.Query, current.Project, zone);
        return File(await csv.BreakdownAsync(Address, cancellationToken), Csv, $"quality-by-{Address.By}.csv");
    }

    public async Task<IActionResult> OnGetTrendAsync(CancellationToken cancellationToken)
    {
        Address = QualityAddress.Read(Request.Query, current.Project, zone);
        return File(await csv.TrendAsync(Address, cancellationToken), Csv, "quality-by-time.csv");
    }
}
