using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Sls.Emulator.Queries;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>The metadata of the old form of GetLogs. Headers hold ASCII only, so JSON is escaped and text percent-encoded.</summary>
internal static class AnswerHeaders
{
    private static readonly JsonSerializerOptions Ascii = new() { Encoder = JavaScriptEncoder.Default };

    public static void Write(IHeaderDictionary headers, LogAnswer answer)
    {
        headers["x-log-progress"] = "Complete";
        headers["x-log-count"] = Text(answer.Rows.Count);
        headers["x-log-processed-rows"] = Text(answer.Rows.Count);
        headers["x-log-processed-bytes"] = "0";
        headers["x-log-elapsed-millisecond"] = Text(answer.ElapsedMs);
        headers["x-log-cpu-sec"] = "0";
        headers["x-log-cpu-cores"] = "0";
        headers["x-log-has-sql"] = answer.Query.Statement is null ? "false" : "true";
        headers["x-log-where-query"] = OneLine(answer.Query.Search);
        headers["x-log-agg-query"] = OneLine(answer.Query.Statement ?? "");
        headers["x-log-query-info"] = JsonSerializer.Serialize(
            new
            {
                keys = answer.Keys,
                terms = answer.Terms.Select(term => new[] { term.Term, term.Key }),
                limited = "100",
                marker = "",
                mode = answer.Mode,
                phraseQueryInfo = new
                {
                    scanAll = (bool?)null,
                    beginOffset = (long?)null,
                    endOffset = (long?)null,
                    endTime = (long?)null,
                },
                shard = 0,
                scanBytes = 0,
                isAccurate = answer.IsAccurate ? 1 : 0,
                columnTypes = answer.ColumnTypes,
                highlight = (object?)null,
            },
            Ascii
        );
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string OneLine(string text) => text.All(c => c is >= ' ' and < '\u007f') ? text : Uri.EscapeDataString(text);
}
