using System.Globalization;
using CsvHelper;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Web;

/// <summary>An export of more rows than are read at once.</summary>
public sealed class ExporterTests(SearchStores stores) : IClassFixture<SearchStores>
{
    private const int Requests = 450;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SearchView.Requests, 100_000, Requests)]
    [InlineData(SearchView.Spans, 100_000, Requests)]
    [InlineData(SearchView.Requests, 430, 430)]
    public async Task Every_row_is_written_once_the_newest_first_up_to_the_limit(SearchView view, int limit, int expected)
    {
        var project = await stores.Database.NewProjectAsync();
        var start = Spans.Now() - 3_600_000_000_000;
        var asked = Enumerable
            .Range(0, Requests)
            .Select(i =>
                Spans.Chat(start: start + i * 1_000_000_000L).With(span => span with { Kind = SpanKind.Workflow, Question = $"=question {i}" })
            )
            .ToList();
        await stores.WriteAsync(project, asked);
        var exporter = new Exporter(stores.Rows, stores.Lookup(), Options.Create(new WebOptions { ExportRows = limit }), TimeProvider.System);
        var address = new SearchAddress(project, "", TimeRange.Default, view);

        using var file = new MemoryStream();
        await Exporter.WriteAsync(ExportFormat.Csv, file, ExportTable.Columns(address), exporter.PagesAsync(address, Token), Token);

        file.Position = 0;
        using var csv = new CsvReader(new StreamReader(file), CultureInfo.InvariantCulture);
        var rows = csv.GetRecords<dynamic>().Cast<IDictionary<string, object>>().ToList();
        Assert.Equal(asked.AsEnumerable().Reverse().Take(expected).Select(span => span.Span.TraceId), rows.Select(row => (string)row["trace_id"]));
        Assert.Equal(view == SearchView.Requests ? $"'=question {Requests - 1}" : "chat", rows[0][view == SearchView.Requests ? "question" : "name"]);
    }
}
