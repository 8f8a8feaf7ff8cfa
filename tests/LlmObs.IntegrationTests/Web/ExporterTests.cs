using System.Globalization;
using CsvHelper;
using LlmObs.Api;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.IntegrationTests.TraceLog;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.IntegrationTests.Web;

/// <summary>An export of more rows than are read at once.</summary>
public sealed class ExporterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Requests = 450;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SearchView.Requests, 100_000, Requests)]
    [InlineData(SearchView.Spans, 100_000, Requests)]
    [InlineData(SearchView.Requests, 430, 430)]
    public async Task Every_row_is_written_once_the_newest_first_up_to_the_limit(SearchView view, int limit, int expected)
    {
        await using var sls = await LocalSls.StartAsync();
        await sls.Store.EnsureAsync(Token);
        var project = await database.NewProjectAsync();
        var start = Spans.Now() - 3_600_000_000_000;
        var asked = Enumerable
            .Range(0, Requests)
            .Select(i =>
                Spans.Chat(start: start + i * 1_000_000_000L).With(span => span with { Kind = SpanKind.Workflow, Question = $"=question {i}" })
            )
            .ToList();
        await database.WriteAsync(project, asked);
        await sls.Store.WriteAsync(project.Name, Guid.NewGuid(), asked, Token);
        var reader = new RowReader(
            sls.Search,
            new(sls.Client),
            new(sls.Client),
            new(sls.Search, database.Reader, new RequestRoots(database.Database)),
            new OpinionReader(database.Database),
            NullLogger<RowReader>.Instance
        );
        var lookup = new ScoreLookup(new ScoredSpanReader(database.Database), Options.Create(new TraceLogOptions()));
        var exporter = new Exporter(reader, lookup, Options.Create(new WebOptions { ExportRows = limit }), TimeProvider.System);
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
