using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using LlmObs.Web.Formatting;
using Parquet;
using Parquet.Schema;

namespace LlmObs.Web.Search;

public enum ExportFormat
{
    Csv,
    Jsonl,
    Parquet,
}

/// <summary>Writes rows to a stream, a batch at a time, none of it kept in memory.</summary>
public interface IExportWriter : IAsyncDisposable
{
    Task WriteAsync(IReadOnlyList<ExportRow> rows, CancellationToken cancellationToken);
}

/// <summary>RFC 4180 with a header line, in UTF-8 with the mark that spreadsheets want to see.</summary>
/// <remarks>A text that a spreadsheet would take for a formula gets an apostrophe before it: what a trace says must not be run by whoever opens the file.</remarks>
internal sealed class CsvFileWriter(Stream stream, IReadOnlyList<ExportColumn> columns) : IExportWriter
{
    private readonly CsvWriter csv = new(
        new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true),
        new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\r\n" }
    );
    private bool hasHeader;

    public async Task WriteAsync(IReadOnlyList<ExportRow> rows, CancellationToken cancellationToken)
    {
        if (!hasHeader)
        {
            hasHeader = true;
            foreach (var column in columns)
            {
                csv.WriteField(column.Name);
            }

            await csv.NextRecordAsync();
        }

        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                csv.WriteField(Cell(column, row));
            }

            await csv.NextRecordAsync();
        }

        await csv.FlushAsync();
    }

    public ValueTask DisposeAsync() => csv.DisposeAsync();

    private static string Cell(ExportColumn column, ExportRow row) =>
        column switch
        {
            ExportColumn.Whole whole => whole.Of(row)?.ToString(CultureInfo.InvariantCulture) ?? "",
            ExportColumn.Real real => real.Of(row)?.ToString("R", CultureInfo.InvariantCulture) ?? "",
            ExportColumn.Text words => FormulaGuard.Neutral(words.Of(row) ?? ""),
            _ => "",
        };
}

/// <summary>One JSON object a line.</summary>
internal sealed class JsonlWriter(Stream stream, IReadOnlyList<ExportColumn> columns) : IExportWriter
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task WriteAsync(IReadOnlyList<ExportRow> rows, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        using var json = new Utf8JsonWriter(lines, Readable);
        foreach (var row in rows)
        {
            json.WriteStartObject();
            foreach (var column in columns)
            {
                Write(json, column, row);
            }

            json.WriteEndObject();
            json.Flush();
            json.Reset();
            lines.WriteByte((byte)'\n');
        }

        lines.Position = 0;
        await lines.CopyToAsync(stream, cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Write(Utf8JsonWriter json, ExportColumn column, ExportRow row)
    {
        switch (column)
        {
            case ExportColumn.Whole whole when whole.Of(row) is { } number:
                json.WriteNumber(column.Name, number);
                break;
            case ExportColumn.Real real when real.Of(row) is { } number:
                json.WriteNumber(column.Name, number);
                break;
            case ExportColumn.Text words when words.Of(row) is { } text:
                json.WriteString(column.Name, text);
                break;
            default:
                json.WriteNull(column.Name);
                break;
        }
    }
}

/// <summary>Apache Parquet, a row group for each batch; every column may be null.</summary>
internal sealed class ParquetFileWriter(Stream stream, IReadOnlyList<ExportColumn> columns) : IExportWriter
{
    private readonly ParquetSchema schema = new([.. columns.Select(column => new DataField(column.Name, TypeOf(column), isNullable: true))]);
    private ParquetWriter? writer;

    public async Task WriteAsync(IReadOnlyList<ExportRow> rows, CancellationToken cancellationToken)
    {
        writer ??= await ParquetWriter.CreateAsync(schema, stream, cancellationToken: cancellationToken);
        using var group = writer.CreateRowGroup();
        for (var i = 0; i < columns.Count; i++)
        {
            var field = schema.DataFields[i];
            await (
                columns[i] switch
                {
                    ExportColumn.Whole whole => group.WriteAsync<long>(field, rows.Select(whole.Of).ToArray(), cancellationToken: cancellationToken),
                    ExportColumn.Real real => group.WriteAsync<double>(field, rows.Select(real.Of).ToArray(), cancellationToken: cancellationToken),
                    ExportColumn.Text words => group.WriteAsync(field, rows.Select(words.Of).ToArray()!),
                    _ => throw new InvalidOperationException("There is no other kind of column."),
                }
            );
        }

        group.CompleteValidate();
    }

    public ValueTask DisposeAsync() => writer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Type TypeOf(ExportColumn column) =>
        column switch
        {
            ExportColumn.Whole => typeof(long),
            ExportColumn.Real => typeof(double),
            _ => typeof(string),
        };
}
