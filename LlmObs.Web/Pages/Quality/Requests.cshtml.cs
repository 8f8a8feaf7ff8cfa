using LlmObs.Storage.Quality;
using LlmObs.Web.Quality;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Quality;

/// <summary>The requests behind a number of the quality page.</summary>
public sealed class RequestsModel(JudgedRequestReader requests, CurrentProject current, ViewerZone zone) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public RequestPart Part { get; set; }

    [BindProperty(SupportsGet = true)]
    public RequestOrder Order { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Category { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Label { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Step { get; set; }

    [BindProperty(SupportsGet = true)]
    public int? Kind { get; set; }

    [BindProperty(SupportsGet = true)]
    public int Skip { get; set; }

    public QualityAddress Address { get; private set; } = null!;
    public IReadOnlyList<ListedRequest> Rows { get; private set; } = [];

    /// <summary>How many there are on all pages, up to <see cref="JudgedRequestReader.MaxCount"/>.</summary>
    public int Count { get; private set; }

    public bool HasMore { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Address = QualityAddress.Read(Request.Query, current.Project, zone);
        var question = new RequestQuestion(Address.Filter(), Part, Order, Skip)
        {
            Category = Category,
            Label = Label,
            Step = Step,
            Kind = Kind,
        };
        var counting = requests.CountAsync(question, cancellationToken);
        var page = await requests.PageAsync(question, cancellationToken);
        Count = await counting;
        HasMore = page.Count > JudgedRequestReader.PageSize && Skip + JudgedRequestReader.PageSize <= JudgedRequestReader.MaxSkip;
        Rows = [.. page.Take(JudgedRequestReader.PageSize)];
    }

    public string At(RequestOrder order, int skip) =>
        Address.Requests(
            Part,
            order,
            ("category", Category),
            ("label", Label),
            ("step", Step),
            ("kind", Kind?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("skip", skip == 0 ? null : skip.ToString(System.Globalization.CultureInfo.InvariantCulture))
        );
}
