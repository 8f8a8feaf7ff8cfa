using LlmObs.Domain.Labels;
using LlmObs.Storage.Labels;
using LlmObs.Web.Access;
using LlmObs.Web.Formatting;
using LlmObs.Web.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Labels;

/// <summary>A queue as a CSV or XLSX file, to take away and to bring back.</summary>
[RequestSizeLimit(MaxBytes + (64 * 1024))]
public sealed class FilesModel(LabelQueues queues, LabelReader reader, LabelDesk desk, CurrentProject current, TimeProvider time) : PageModel
{
    public const long MaxBytes = 10 * 1024 * 1024;

    [BindProperty(SupportsGet = true)]
    public int Id { get; set; }

    public LabelQueue Queue { get; private set; } = null!;

    /// <summary>Why a file was not taken.</summary>
    public IReadOnlyList<BadCell> Bad { get; private set; } = [];

    /// <summary>The file is none, too large, or of another format.</summary>
    public bool IsUnreadable { get; private set; }

    /// <summary>Labels that were taken over; null before a file came.</summary>
    public int? Taken { get; private set; }

    /// <summary>Labels that were not, because somebody has their item now.</summary>
    public int Busy { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) => await FindAsync(cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnGetDownloadAsync(string? format, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        var (items, labels) = await ReadAsync(cancellationToken);
        var isCsv = format == "csv";
        var file = SheetFile.Write(isCsv ? SheetFormat.Csv : SheetFormat.Xlsx, LabelFile.Rows(items, labels));
        return File(file, isCsv ? SheetFile.CsvType : SheetFile.XlsxType, $"labels-{Id}.{(isCsv ? "csv" : "xlsx")}");
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        if (!await FindAsync(cancellationToken))
        {
            return NotFound();
        }

        if (User.PersonName() is not { } person)
        {
            return Redirect(Links.Name(current.Project, Links.LabelFiles(current.Project, Id)));
        }

        if (await RowsAsync(file, cancellationToken) is not { } rows)
        {
            IsUnreadable = true;
            return Page();
        }

        var (items, labels) = await ReadAsync(cancellationToken);
        var import = LabelFile.Read(rows, Queue.Set, items, labels, person);
        Bad = import.Bad;
        Taken = Bad.Count > 0 ? null : 0;
        var byId = items.ToDictionary(item => item.Id);
        foreach (var label in import.Labels)
        {
            var isKept = await desk.SaveAsync(current.Project, Queue, byId[label.ItemId], label, cancellationToken);
            (Taken, Busy) = isKept ? (Taken + 1, Busy) : (Taken, Busy + 1);
        }

        return Page();
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>?> RowsAsync(IFormFile? file, CancellationToken cancellationToken)
    {
        if (file is not { Length: > 0 and <= MaxBytes })
        {
            return null;
        }

        using var content = new MemoryStream();
        await file.CopyToAsync(content, cancellationToken);
        content.Position = 0;
        var isXlsx = file.FileName.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase);
        return SheetFile.Read(isXlsx ? SheetFormat.Xlsx : SheetFormat.Csv, content, LabelFile.MaxRows);
    }

    private async Task<(IReadOnlyList<LabelItem>, ILookup<long, Label>)> ReadAsync(CancellationToken cancellationToken)
    {
        var items = await reader.ItemsAsync(current.Id, Id, null, 0, LabelFile.MaxRows, time.GetUtcNow(), cancellationToken);
        var labels = await reader.LabelsAsync(current.Id, Id, null, cancellationToken);
        return (items, labels.ToLookup(label => label.ItemId));
    }

    private async Task<bool> FindAsync(CancellationToken cancellationToken)
    {
        if (await queues.FindAsync(current.Id, Id, cancellationToken) is not { } queue)
        {
            return false;
        }

        Queue = queue;
        return true;
    }
}
