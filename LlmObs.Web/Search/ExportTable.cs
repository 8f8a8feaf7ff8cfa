using LlmObs.Domain.Spans;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>A row of the list, as an export writes it.</summary>
public sealed record ExportRow(string TraceId, string? SpanId, long StartUnixNano, SpanStatus Status, string Title, string? Found, RowFields Fields)
{
    public static ExportRow Of(RequestRow row) =>
        new(
            row.Hit.TraceId,
            null,
            row.StartUnixNano,
            row.Summary?.Status ?? row.Hit.Best.Span.Status,
            row.Title,
            row.Hit.Best.Snippet,
            RowFields.Of(row)
        );

    public static ExportRow Of(SpanHit hit) =>
        new(hit.Span.TraceId, hit.Span.SpanId, hit.Span.StartUnixNano, hit.Span.Status, hit.Span.Name, hit.Snippet, RowFields.Of(hit.Span));
}

/// <summary>A column of an export: text, a whole number, or a number. Null is an empty cell.</summary>
public abstract record ExportColumn(string Name)
{
    public sealed record Text(string Name, Func<ExportRow, string?> Of) : ExportColumn(Name);

    public sealed record Whole(string Name, Func<ExportRow, long?> Of) : ExportColumn(Name);

    public sealed record Real(string Name, Func<ExportRow, double?> Of) : ExportColumn(Name);
}

/// <summary>Which columns an export has: what every list shows, then the columns the reader chose.</summary>
public static class ExportTable
{
    public static IReadOnlyList<ExportColumn> Columns(SearchAddress address)
    {
        var isSpans = address.View == SearchView.Spans;
        return
        [
            new ExportColumn.Text("time", row => TimeRange.Text(DateTimeOffset.UnixEpoch.AddTicks(row.StartUnixNano / 100))),
            new ExportColumn.Text("trace_id", row => row.TraceId),
            .. isSpans ? [new ExportColumn.Text("span_id", row => row.SpanId)] : Array.Empty<ExportColumn>(),
            new ExportColumn.Text("status", row => row.Status.Word()),
            new ExportColumn.Text(isSpans ? "name" : "question", row => row.Title),
            new ExportColumn.Text("found", row => row.Found),
            .. ResultColumn.Chosen(address).SelectMany(Of),
        ];
    }

    private static IEnumerable<ExportColumn> Of(ResultColumn column) =>
        column.Key switch
        {
            "duration" => [new ExportColumn.Real("duration_ms", row => row.Fields.DurationNano / 1e6)],
            "tokens" =>
            [
                new ExportColumn.Whole("input_tokens", row => row.Fields.Usage?.InputTokens),
                new ExportColumn.Whole("output_tokens", row => row.Fields.Usage?.OutputTokens),
            ],
            // Two currencies have no sum: then the amounts stand in one text.
            "cost" =>
            [
                new ExportColumn.Real("cost", row => row.Fields.Costs is [var only] ? (double)only.Total : null),
                new ExportColumn.Text(
                    "currency",
                    row =>
                        row.Fields.Costs is [var only]
                            ? only.Currency
                            : string.Join(
                                " + ",
                                row.Fields.Costs.Select(cost =>
                                    $"{cost.Total.ToString(System.Globalization.CultureInfo.InvariantCulture)} {cost.Currency}"
                                )
                            )
                ),
            ],
            "ttft" => [new ExportColumn.Real("first_token_ms", row => row.Fields.Span.TimeToFirstTokenMs)],
            "spans" => [new ExportColumn.Whole("spans", row => row.Fields.SpanCount ?? 1)],
            "user" => [new ExportColumn.Text("user_id", row => row.Fields.User), new ExportColumn.Text("session_id", row => row.Fields.Session)],
            _ => [new ExportColumn.Text(Snake(column.Key), row => string.Join(", ", column.Text(row.Fields).Where(value => value is not null)))],
        };

    private static string Snake(string key) =>
        string.Concat(key.Select(letter => char.IsUpper(letter) ? "_" + char.ToLowerInvariant(letter) : letter.ToString()));
}
