using System.ComponentModel.DataAnnotations;
using LlmObs.Api;
using LlmObs.Domain.Prices;
using LlmObs.Storage.Prices;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

/// <summary>What models cost: prices entered here, those configured and built in, and the models that have none.</summary>
public sealed class PricesModel(ModelPrices prices, PriceBook book, Repricings repricings, CurrentProject current) : PageModel
{
    private const int MostRepricings = 5;

    /// <summary>Days back that stored calls can be priced anew.</summary>
    public static readonly IReadOnlyList<int> DaysBack = [1, 7, 30, 90];

    /// <summary>The pattern being edited, or one to begin with.</summary>
    [BindProperty(SupportsGet = true, Name = "model")]
    public string? Model { get; set; }

    [BindProperty]
    public PriceForm Form { get; set; } = new();

    public IReadOnlyList<OwnPrice> Own { get; private set; } = [];
    public IReadOnlyList<ModelPrice> Known { get; private set; } = [];
    public IReadOnlyList<UnpricedModel> Unpriced { get; private set; } = [];
    public IReadOnlyList<Repricing> Repricings { get; private set; } = [];

    /// <summary>Stored calls are being priced anew: the next request has to wait.</summary>
    public bool IsRepricing => Repricings is [{ FinishedAt: null }, ..];

    /// <summary>Prices hold for all projects: a session of one project may only read them.</summary>
    public bool MayEdit => User.FindFirst(ApiClaims.Project) is null;

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        Form = Own.FirstOrDefault(price => price.Pattern == Model) is { } price ? PriceForm.Of(price) : new() { Pattern = Model ?? "" };
    }

    public async Task<IActionResult> OnPostSaveAsync(CancellationToken cancellationToken)
    {
        if (!MayEdit)
        {
            return Forbid();
        }

        if (!ModelState.IsValid)
        {
            await LoadAsync(cancellationToken);
            return Page();
        }

        await prices.SaveAsync(Form.Pattern, Form.Currency, Form.Rates(), User.Identity?.Name ?? "", cancellationToken);
        return Redirect(Links.Prices(current.Project));
    }

    public async Task<IActionResult> OnPostRemoveAsync(string pattern, CancellationToken cancellationToken)
    {
        if (!MayEdit)
        {
            return Forbid();
        }

        await prices.RemoveAsync(pattern, cancellationToken);
        return Redirect(Links.Prices(current.Project));
    }

    public async Task<IActionResult> OnPostRepriceAsync(int days, CancellationToken cancellationToken)
    {
        if (!MayEdit)
        {
            return Forbid();
        }

        if (!DaysBack.Contains(days))
        {
            return BadRequest();
        }

        await repricings.AskAsync(current.Project, TimeSpan.FromDays(days), User.Identity?.Name ?? "", cancellationToken);
        return Redirect(Links.Prices(current.Project) + "#stored");
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        Own = await prices.ListAsync(cancellationToken);
        Unpriced = await prices.UnpricedAsync(current.Id, cancellationToken);
        Repricings = await repricings.LastAsync(current.Id, MostRepricings, cancellationToken);
        Known = [.. book.FromConfiguration, .. PriceTable.BuiltIn];
    }
}

/// <summary>A price as it is typed, per million tokens.</summary>
public sealed class PriceForm
{
    [Required, StringLength(200)]
    public string Pattern { get; set; } = "";

    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "CNY";

    [Required, Range(0, 1_000_000)]
    public decimal? Input { get; set; }

    [Range(0, 1_000_000)]
    public decimal? Output { get; set; }

    [Range(0, 1_000_000)]
    public decimal? CachedInput { get; set; }

    [Range(0, 1_000_000)]
    public decimal? CacheWrite { get; set; }

    [Range(0, 1_000_000)]
    public decimal? Reasoning { get; set; }

    public static PriceForm Of(OwnPrice price) =>
        new()
        {
            Pattern = price.Pattern,
            Currency = price.Currency,
            Input = price.Rates.Input,
            Output = price.Rates.Output,
            CachedInput = price.Rates.CachedInput,
            CacheWrite = price.Rates.CacheWrite,
            Reasoning = price.Rates.Reasoning,
        };

    public Rates Rates() => new(Input ?? 0, Output, CachedInput, CacheWrite, Reasoning);
}
