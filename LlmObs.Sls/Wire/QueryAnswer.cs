using System.Globalization;
using System.Text.Json;

namespace LlmObs.Sls.Wire;

/// <summary>The requests and answers of GetLogsV2 and GetHistograms.</summary>
internal static class QueryAnswer
{
    public static byte[] Request(SlsQuery query)
    {
        var body = new Dictionary<string, object>
        {
            ["from"] = query.From,
            ["to"] = query.To,
            ["query"] = query.Query,
            ["topic"] = query.Topic,
        };
        if (HasNanos(query))
        {
            body["fromNs"] = query.FromNs;
            body["toNs"] = query.ToNs;
        }

        // With an analysis SLS refuses an offset, and ignores the rest.
        if (IsAnalysis(query.Query))
        {
            body["powerSql"] = query.PowerSql;
        }
        else
        {
            body["line"] = query.Line;
            body["offset"] = query.Offset;
            body["reverse"] = query.Reverse;
        }

        return JsonSerializer.SerializeToUtf8Bytes(body);
    }

    /// <summary>The same request as parameters, for the old form (GetLogs).</summary>
    public static Dictionary<string, string> RequestByGet(SlsQuery query)
    {
        var parameters = Window("log", query);
        if (IsAnalysis(query.Query))
        {
            if (query.PowerSql)
            {
                parameters["powerSql"] = "true";
            }
        }
        else
        {
            parameters["line"] = Text(query.Line);
            parameters["offset"] = Text(query.Offset);
            parameters["reverse"] = query.Reverse ? "true" : "false";
        }

        return parameters;
    }

    public static Dictionary<string, string> HistogramRequest(SlsQuery query, TimeSpan? interval)
    {
        var parameters = Window("histogram", query);
        if (interval is { } width)
        {
            parameters["interval"] = Text((long)width.TotalSeconds);
        }

        return parameters;
    }

    public static bool IsSearch(SlsQuery query) => !IsAnalysis(query.Query);

    /// <summary>The old form: an array, and what is known about it in headers.</summary>
    public static SlsResult ReadRows(SlsAnswer answer)
    {
        var rows = Reading(answer, root => root.EnumerateArray().Select(Row).ToList());
        using var info = JsonDocument.Parse(answer.Header("x-log-query-info") is { Length: > 0 } text ? text : "{}");
        var hasSql = answer.Header("x-log-has-sql") == "true";
        return new SlsResult(
            rows,
            answer.Header("x-log-progress") is null or "Complete",
            // 0 or 1 here, a truth value in the other form.
            !info.RootElement.TryGetProperty("isAccurate", out var accurate) || accurate.ToString() is not ("0" or "False"),
            hasSql && info.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? [.. keys.EnumerateArray().Select(Text)]
                : [],
            HeaderNumber(answer, "x-log-processed-rows"),
            HeaderNumber(answer, "x-log-elapsed-millisecond")
        );
    }

    public static SlsContext ReadContext(SlsAnswer answer) =>
        Reading(answer, root => new SlsContext([.. root.GetProperty("logs").EnumerateArray().Select(Row)], IsComplete(root)));

    public static SlsResult ReadResult(SlsAnswer answer) =>
        Reading(
            answer,
            root =>
            {
                var meta = root.GetProperty("meta");
                var hasSql = Flag(meta, "hasSQL", false);
                var columns =
                    hasSql && meta.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                        ? keys.EnumerateArray().Select(Text).ToList()
                        : [];
                var rows =
                    root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array
                        ? data.EnumerateArray().Select(Row).ToList()
                        : [];
                return new SlsResult(
                    rows,
                    IsComplete(meta),
                    Flag(meta, "isAccurate", true),
                    columns,
                    Number(meta, "processedRows"),
                    Number(meta, "elapsedMillisecond")
                );
            }
        );

    public static SlsHistogram ReadHistogram(SlsAnswer answer) =>
        Reading(
            answer,
            root =>
            {
                var parts = root.EnumerateArray().ToList();
                var buckets = parts.Select(part => new SlsBucket(Number(part, "from"), Number(part, "to"), Number(part, "count"))).ToList();
                var complete = parts.All(IsComplete) && answer.Header("x-log-progress") is null or "Complete";
                return new SlsHistogram(buckets, buckets.Sum(bucket => bucket.Count), complete);
            }
        );

    public static T Reading<T>(SlsAnswer answer, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SlsException(
                200,
                SlsException.BadResponse,
                $"The answer is not what SLS's protocol says: {exception.Message}",
                answer.RequestId,
                exception
            );
        }
    }

    private static Dictionary<string, string> Window(string type, SlsQuery query)
    {
        var parameters = new Dictionary<string, string>
        {
            ["type"] = type,
            ["from"] = Text(query.From),
            ["to"] = Text(query.To),
            ["query"] = query.Query,
        };
        if (query.Topic.Length > 0)
        {
            parameters["topic"] = query.Topic;
        }

        if (HasNanos(query))
        {
            parameters["fromNs"] = Text(query.FromNs);
            parameters["toNs"] = Text(query.ToNs);
        }

        return parameters;
    }

    private static bool HasNanos(SlsQuery query) => query is not { FromNs: 0, ToNs: 0 };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long HeaderNumber(SlsAnswer answer, string name) =>
        long.TryParse(answer.Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static bool IsAnalysis(string query)
    {
        var quoted = false;
        for (var i = 0; i < query.Length; i++)
        {
            switch (query[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '|' when !quoted:
                    return true;
            }
        }

        return false;
    }

    private static Dictionary<string, string> Row(JsonElement row)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in row.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            fields[member.Name] = Text(member.Value);
        }

        return fields;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static bool IsComplete(JsonElement holder) => !holder.TryGetProperty("progress", out var progress) || progress.GetString() == "Complete";

    private static bool Flag(JsonElement holder, string name, bool otherwise) =>
        holder.TryGetProperty(name, out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : otherwise;

    private static long Number(JsonElement holder, string name) =>
        !holder.TryGetProperty(name, out var number) ? 0
        : number.ValueKind == JsonValueKind.Number ? number.GetInt64()
        : long.TryParse(number.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : 0;
}
