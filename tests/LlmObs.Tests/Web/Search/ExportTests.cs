using System.Text;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.TraceLog;
using LlmObs.Web.Search;
using Parquet;

namespace LlmObs.Tests.Web.Search;

public sealed class ExportTests
{
    private static readonly SearchAddress Spans = new(new(1, Project.DefaultName), "", TimeRange.Default, SearchView.Spans)
    {
        Columns = "duration,tokens,cost,user,tags,promptVersion",
    };

    private static readonly ExportRow Row = ExportRow.Of(
        new SpanHit(
            new()
            {
                TraceId = "t1",
                SpanId = "s1",
                Name = "=HYPERLINK(\"http://evil\")",
                Status = SpanStatus.Error,
                StartUnixNano = 1_760_423_527_412_000_000,
                DurationNano = 1_500_000,
                Usage = new(12, null),
                Cost = new(null, null, 0.25m, "CNY"),
                UserId = "u, \"1\"",
                Tags = ["a", "中"],
            },
            null
        )
    );

    [Fact]
    public async Task Csv_quotes_what_it_must_and_disarms_formulas()
    {
        var lines = Encoding.UTF8.GetString(await WrittenAsync(ExportFormat.Csv, [Row])).TrimStart('\uFEFF').Split("\r\n");

        Assert.Equal(
            "time,trace_id,span_id,status,name,found,duration_ms,input_tokens,output_tokens,cost,currency,user_id,session_id,tags,prompt_version",
            lines[0]
        );
        Assert.Equal(
            "2025-10-14T06:32:07.412Z,t1,s1,error,\"'=HYPERLINK(\"\"http://evil\"\")\",,1.5,12,,0.25,CNY,\"u, \"\"1\"\"\",,\"a, 中\",",
            lines[1]
        );
        Assert.Equal(["", ""], [lines[^1], .. lines[2..^1].DefaultIfEmpty("")]);
    }

    [Fact]
    public async Task Jsonl_keeps_numbers_numbers_and_nothing_null()
    {
        var lines = Encoding.UTF8.GetString(await WrittenAsync(ExportFormat.Jsonl, [Row, Row])).TrimEnd('\n').Split('\n');

        Assert.Equal(2, lines.Length);
        using var first = JsonDocument.Parse(lines[0]);
        Assert.Equal(12, first.RootElement.GetProperty("input_tokens").GetInt64());
        Assert.Equal(JsonValueKind.Null, first.RootElement.GetProperty("output_tokens").ValueKind);
        Assert.Equal("=HYPERLINK(\"http://evil\")", first.RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Parquet_reads_back_as_it_was_written()
    {
        using var stream = new MemoryStream(await WrittenAsync(ExportFormat.Parquet, [Row, Row]));
        await using var reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        using var group = reader.OpenRowGroupReader(0);
        var names = new string?[2];
        var inputs = new long?[2];
        await group.ReadAsync(
            reader.Schema.DataFields.Single(field => field.Name == "user_id"),
            names.AsMemory(),
            null,
            TestContext.Current.CancellationToken
        );
        await group.ReadAsync<long>(
            reader.Schema.DataFields.Single(field => field.Name == "input_tokens"),
            inputs.AsMemory(),
            null,
            TestContext.Current.CancellationToken
        );

        Assert.Equal(2, group.RowCount);
        Assert.Equal(["u, \"1\"", "u, \"1\""], names);
        Assert.Equal([12, 12], inputs);
    }

    [Theory]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Parquet)]
    public async Task A_search_without_rows_is_a_file_with_columns(ExportFormat format) => Assert.NotEmpty(await WrittenAsync(format, []));

    private static async Task<byte[]> WrittenAsync(ExportFormat format, IReadOnlyList<ExportRow> rows)
    {
        using var stream = new MemoryStream();
        await Exporter.WriteAsync(
            format,
            stream,
            ExportTable.Columns(Spans),
            new[] { rows }.ToAsyncEnumerable(),
            TestContext.Current.CancellationToken
        );
        return stream.ToArray();
    }
}
