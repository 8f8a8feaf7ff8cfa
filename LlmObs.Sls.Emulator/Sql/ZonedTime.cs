using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// Times that carry a zone: <c>from_unixtime(seconds, zone)</c> and <c>now()</c>, and what <c>date_trunc</c>, <c>date_add</c> and intervals make
/// of them. The engine computes with what the clock shows in that zone. What stands around them decides what they become: the time itself in
/// the zone of all times where only that matters, or a pair of both where zone and time are kept, which sorts by the time.
/// </summary>
internal static class ZonedTime
{
    private const string Mark = "zoned";
    private const string Pair = "sls_with_zone";
    private const string PairHere = "sls_with_zone_here";
    private const string Instant = "sls_at_zone";
    private const string Clock = "sls_clock_at";

    /// <param name="call">A time with a zone of its own. What stands around it is not translated yet.</param>
    public static void Place(JsonObject call, JsonNode zone)
    {
        var time = call;
        while (Moved(time) is { } moved)
        {
            if (IsByLength(moved))
            {
                Wrap(time, Instant, zone);
                Wrap(moved, Clock, zone);
            }
            time = moved;
        }
        var kept = Kept(time);
        if (IsPrinted(kept))
        {
            Wrap(time, Pair, zone);
        }
        else if (IsCompared(kept))
        {
            Wrap(time, Instant, zone);
        }
        else if (IsText(kept))
        {
            Wrap(time, kept == time ? "sls_zone_text" : Pair, zone);
        }
        else if (!ReadsClock(Around(kept)))
        {
            throw PrestoTranslator.Unsupported($"from_unixtime of a zone inside {Around(kept) ?? "another expression"}");
        }
        else if (kept != time)
        {
            Wrap(time, Pair, zone);
        }
    }

    /// <param name="call">A time in the zone of all times.</param>
    public static void PlaceHere(JsonObject call)
    {
        var time = call;
        while (Moved(time) is { } moved)
        {
            time = moved;
        }
        if (IsPrinted(time) || Around(time) is "max" or "min" or "arbitrary" or "any_value" && IsPrinted(Kept(time)))
        {
            Wrap(time, PairHere);
        }
    }

    /// <summary>To be called when a call is translated.</summary>
    public static void Finish(JsonObject call)
    {
        if (call[Mark] is not JsonArray wrappers)
        {
            return;
        }
        call.Remove(Mark);
        foreach (var wrapper in wrappers.ToList())
        {
            wrappers.Remove(wrapper);
            var time = call.DeepClone().AsObject();
            time.Remove("alias");
            wrapper!["children"]!.AsArray().Insert(0, time);
            Tree.Become(call, wrapper.AsObject());
        }
    }

    /// <summary>Functions that read no more of a time than its clock and calendar.</summary>
    public static bool ReadsClock(string? function) =>
        function
            is "date_part"
                or "date_format"
                or "year"
                or "quarter"
                or "month"
                or "week"
                or "week_of_year"
                or "day"
                or "day_of_month"
                or "hour"
                or "minute"
                or "second"
                or "day_of_week"
                or "dow"
                or "day_of_year"
                or "doy";

    private static void Wrap(JsonObject time, string macro, params JsonNode[] zone)
    {
        time[Mark] ??= new JsonArray();
        time[Mark]!.AsArray().Add(Tree.Call(macro, zone));
    }

    /// <summary>The call that makes another time with the same zone of a time; null when what stands around it is none.</summary>
    private static JsonObject? Moved(JsonObject time) =>
        Argument(time) switch
        {
            (_, "date_trunc" or "date_add", _) => time.Parent!.Parent!.AsObject(),
            (0, "+" or "-", 2) or (1, "+", 2) when IsInterval(time.Parent!.AsArray().Single(operand => operand != time)!) =>
                time.Parent.Parent!.AsObject(),
            _ => null,
        };

    /// <summary>It moves a time by so long, not to what a calendar says: where clocks are put forward they show another hour.</summary>
    private static bool IsByLength(JsonObject moved)
    {
        var arguments = moved["children"]!.AsArray();
        return (string)moved["function_name"]! is "+" or "-"
            ? !arguments.Any(operand => (string?)operand!["function_name"] is "to_months" or "to_years")
            : arguments.Count == 3
                && ((string?)arguments[0]!["value"]?["value"])?.ToLowerInvariant() is "millisecond" or "second" or "minute" or "hour";
    }

    /// <summary>The outermost expression whose value may be the time as it is.</summary>
    private static JsonObject Kept(JsonObject time)
    {
        while (Keeper(time) is { } keeper)
        {
            time = keeper;
        }
        return time;
    }

    private static JsonObject? Keeper(JsonObject time) =>
        Argument(time) switch
        {

            (0, "max" or "min" or "arbitrary" or "any_value" or "first_value" or "last_value" or "nth_value" or "lag" or "lead", _)
            or
            (0, "max_by" or "min_by", 2)
            or
            (> 0, "sls_if", _)
            or (_, "greatest" or "least", _) => time.Parent!.Parent!.AsObject(),
            _ when (string?)(time.Parent?.Parent as JsonObject)?["type"] == "OPERATOR_COALESCE" => time.Parent!.Parent!.AsObject(),
            _ when time.Parent is JsonObject && time.GetPropertyName() == "else_expr" => time.Parent.AsObject(),
            _ when time.Parent is JsonObject && time.GetPropertyName() == "then_expr" => time.Parent.Parent!.Parent!.AsObject(),
            _ => null,
        };

    /// <summary>Which argument of which function it is, in lower case, and of how many.</summary>
    private static (int Index, string? Function, int Count) Argument(JsonObject time) =>
        time.Parent is JsonArray list && list.Parent is JsonObject call && list.GetPropertyName() == "children"
            ? (time.GetElementIndex(), ((string?)call["function_name"])?.ToLowerInvariant(), list.Count)
            : (-1, null, 0);

    /// <summary>The function whose argument it is.</summary>
    private static string? Around(JsonObject time) => Argument(time).Function;

    private static bool IsInterval(JsonNode operand) =>
        (string?)operand["function_name"] is "to_years" or "to_months" or "to_weeks" or "to_days" or "to_hours" or "to_minutes" or "to_seconds";

    private static bool IsPrinted(JsonObject time) =>
        time.Parent is JsonArray list && list.GetPropertyName() is "select_list" or "group_expressions"
        || time.Parent is JsonObject && time.GetPropertyName() == "expression";

    private static bool IsText(JsonObject time) => time.Parent is JsonObject cast && (string?)cast["cast_type"]?["id"] == "VARCHAR";

    private static bool IsCompared(JsonObject time) =>
        time.Parent is JsonObject parent && (string?)parent["class"] is "COMPARISON" or "BETWEEN"
        || time.Parent is JsonArray list
            && (
                list.GetPropertyName() == "partitions"
                || (string?)(list.Parent as JsonObject)?["type"] is "COMPARE_IN" or "COMPARE_NOT_IN" or "OPERATOR_IS_NULL" or "OPERATOR_IS_NOT_NULL"
            )
        || Argument(time) is (_, "to_unixtime" or "date_diff" or "count" or "approx_distinct", _) or (1, "max_by" or "min_by", _);
}
