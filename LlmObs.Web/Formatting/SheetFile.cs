using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using MiniExcelLibs;

namespace LlmObs.Web.Formatting;

public enum SheetFormat
{
    Csv,
    Xlsx,
}

/// <summary>Rows of text in a file, the first of them the names of the columns.</summary>
public static class SheetFile
{
    public const string XlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    public const string CsvType = "text/csv; charset=utf-8";

    public static byte[] Write(SheetFormat format, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        using var file = new MemoryStream();
        var guarded = rows.Select(row => row.Select(FormulaGuard.Neutral).ToList()).ToList();
        if (format == SheetFormat.Csv)
        {
            WriteCsv(file, guarded);
        }
        else
        {
            file.SaveAs(guarded.Select(Cells), printHeader: false);
        }

        return file.ToArray();
    }

    /// <summary>Null when the file is not of that format.</summary>
    public static IReadOnlyList<IReadOnlyList<string>>? Read(SheetFormat format, Stream file, int maxRows)
    {
        try
        {
            var rows = format == SheetFormat.Csv ? ReadCsv(file) : ReadXlsx(file);
            return [.. rows.Take(maxRows).Select(row => row.Select(FormulaGuard.Restore).ToList())];
        }
        catch (Exception exception) when (exception is CsvHelperException or InvalidDataException or System.Xml.XmlException or KeyNotFoundException)
        {
            return null;
        }
    }

    // With a byte order mark, or spreadsheets take UTF-8 for the system's code page.
    private static void WriteCsv(Stream file, List<List<string>> rows)
    {
        using var text = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        using var csv = new CsvWriter(text, Configuration);
        foreach (var row in rows)
        {
            foreach (var cell in row)
            {
                csv.WriteField(cell);
            }

            csv.NextRecord();
        }
    }

    private static IEnumerable<IReadOnlyList<string>> ReadCsv(Stream file)
    {
        using var text = new StreamReader(file, Encoding.UTF8);
        using var csv = new CsvParser(text, Configuration);
        while (csv.Read())
        {
            yield return csv.Record ?? [];
        }
    }

    private static IEnumerable<IReadOnlyList<string>> ReadXlsx(Stream file) =>
        file.Query(useHeaderRow: false)
            .Cast<IDictionary<string, object?>>()
            .Select(row => row.Values.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "").ToList());

    private static Dictionary<string, object> Cells(List<string> row) =>
        row.Select((cell, place) => (cell, place))
            .ToDictionary(cell => string.Create(CultureInfo.InvariantCulture, $"c{cell.place}"), cell => (object)cell.cell);

    private static CsvConfiguration Configuration => new(CultureInfo.InvariantCulture) { HasHeaderRecord = false, BadDataFound = null };
}
