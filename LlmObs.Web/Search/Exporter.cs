using System.Runtime.CompilerServices;
using LlmObs.Api;
using LlmObs.TraceLog;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Search;

/// <summary>Reads a search page by page and writes it down, with the same rows, columns and masks as the list.</summary>
public sealed class Exporter(RowReader rows, ScoreLookup scores, IOptions<WebOptions> options, TimeProvider time)
{
    // What PostgreSQL is asked for at once; a row group of Parquet takes several of these.
    private const int PageSize = 200;
    private const int RowGroup = 5000;

    /// <summary>The pages of the search, newest first, at most <see cref="WebOptions.ExportRows"/> rows. Throws as the search does.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ExportRow>> PagesAsync(
        SearchAddress address,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // One window for all pages: "the last hour" must not move while it is read.
        var (from, to) = address.Range.Window(time.GetUtcNow());
        var query = await scores.ReadyAsync(address.Project.Id, new(address.Project.Name, address.Query, from, to), cancellationToken);
        var left = options.Value.ExportRows;
        var page = address.At(null);
        do
        {
            var read = await rows.ReadAsync(page, query, Math.Min(PageSize, left), cancellationToken);
            IReadOnlyList<ExportRow> found = read switch
            {
                SearchRows.Requests requests => [.. requests.Rows.Select(ExportRow.Of)],
                SearchRows.Spans spans => [.. spans.Hits.Select(ExportRow.Of)],
                _ => throw new ArgumentException("Requests and spans can be exported.", nameof(address)),
            };
            yield return found;
            left -= found.Count;
            page = page.At(read.NextCursor);
        } while (page.Cursor is not null && left > 0);
    }

    public static IExportWriter Writer(ExportFormat format, Stream stream, IReadOnlyList<ExportColumn> columns) =>
        format switch
        {
            ExportFormat.Csv => new CsvFileWriter(stream, columns),
            ExportFormat.Jsonl => new JsonlWriter(stream, columns),
            _ => new ParquetFileWriter(stream, columns),
        };

    /// <summary>Writes pages as they come; Parquet gathers them into row groups first.</summary>
    public static async Task WriteAsync(
        ExportFormat format,
        Stream stream,
        IReadOnlyList<ExportColumn> columns,
        IAsyncEnumerable<IReadOnlyList<ExportRow>> pages,
        CancellationToken cancellationToken
    )
    {
        await using var writer = Writer(format, stream, columns);
        var gathered = new List<ExportRow>();
        var isWritten = false;
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            gathered.AddRange(page);
            if (format != ExportFormat.Parquet || gathered.Count >= RowGroup)
            {
                await writer.WriteAsync(gathered, cancellationToken);
                gathered.Clear();
                isWritten = true;
            }
        }

        // A file without rows still has its header.
        if (gathered.Count > 0 || !isWritten)
        {
            await writer.WriteAsync(gathered, cancellationToken);
        }
    }
}
