using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The rows of a search as a file, sent while they are read.</summary>
public sealed class ExportModel(Exporter exporter, CurrentProject current, ViewerZone zone, TimeProvider time) : PageModel
{
    /// <param name="format"><c>csv</c>, <c>jsonl</c> or <c>parquet</c>.</param>
    public async Task<IActionResult> OnGetAsync(string? format, CancellationToken cancellationToken)
    {
        var address = SearchAddress.Read(Request.Query, current.Project, zone);
        if (!Enum.TryParse<ExportFormat>(format, ignoreCase: true, out var known) || !Enum.IsDefined(known))
        {
            return BadRequest("format: csv, jsonl or parquet.");
        }

        if (address.Group is not null || address.View is SearchView.Sessions or SearchView.Users)
        {
            return BadRequest("view: requests and spans can be exported, not groups, sessions or users.");
        }

        await using var pages = exporter.PagesAsync(address, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            // The first page decides between a file and an error; later ones can only break the file off.
            await pages.MoveNextAsync();
        }
        catch (Exception exception) when (SearchFault.Is(exception))
        {
            return SearchFault.Answer(exception);
        }

        var name = $"llmobs-{current.Name}-{time.GetUtcNow():yyyyMMdd-HHmmss}.{known.ToString().ToLowerInvariant()}";
        Response.ContentType = known switch
        {
            ExportFormat.Csv => "text/csv; charset=utf-8",
            ExportFormat.Jsonl => "application/x-ndjson",
            _ => "application/vnd.apache.parquet",
        };
        Response.Headers.ContentDisposition =
            $"attachment; filename=\"{string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' ? letter : '_'))}\"";
        // Parquet.Net flushes without waiting; there is nothing in its way to wait for.
        HttpContext.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = known == ExportFormat.Parquet;
        await Exporter.WriteAsync(known, Response.Body, ExportTable.Columns(address), Rest(pages), cancellationToken);
        return new EmptyResult();
    }

    private static async IAsyncEnumerable<IReadOnlyList<ExportRow>> Rest(IAsyncEnumerator<IReadOnlyList<ExportRow>> pages)
    {
        do
        {
            yield return pages.Current;
        } while (await pages.MoveNextAsync());
    }
}
