using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>
/// Times that carry a zone: <c>from_unixtime(seconds, zone)</c> and <c>now()</c>, and <c>date_trunc</c> and <c>date_add</c> of them. The
/// engine computes with what the clock shows in that zone; where the time itself is meant, what stands around it puts it right again.
/// </summary>
internal static class ZonedTime
{
    private const string Mark = "zoned";
    private const string Printed = "sls_with_zone";
    private const string PrintedHere = "sls_with_zone_here";

    /// <param name="call">A time with a zone of its own. What stands around it is not translated yet.</param>
    public static void Place(JsonObject call, JsonNode zone)
    {
        var outermost = Outermost(call);
        var macro =
            IsPrinted(outermost) ? Printed
            : IsCompared(outermost) || Around(outermost) is "to_unixtime" or "date_diff" ? "sls_at_zone"
            : outermost.Parent is JsonObject cast && (string?)cast["cast_type"]?["id"] == "VARCHAR" ? "sls_zone_text"
            : null;
        if (macro is not null)
        {
            outermost[Mark] = Tree.Call(macro, zone);
        }
        else if (!ReadsClock(Around(outermost)))
        {
            throw PrestoTranslator.Unsupported($"from_unixtime of a zone inside {Around(outermost) ?? "another expression"}");
        }
    }

    /// <param name="call">A time in the zone of all times.</param>
    public static void PlaceHere(JsonObject call)
    {
        var outermost = Outermost(call);
        if (IsPrinted(outermost))
        {
            outermost[Mark] = Tree.Call(PrintedHere);
        }
    }

    /// <summary>To be called when a call is translated.</summary>
    public static void Finish(JsonObject call)
    {
        if (call[Mark] is not { } wrapper)
        {
            return;
        }
        call.Remove(Mark);
        var time = call.DeepClone().AsObject();
        time.Remove("alias");
        wrapper["children"]!.AsArray().Insert(0, time);
        Tree.Become(call, wrapper.AsObject());
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

    private static JsonObject Outermost(JsonObject call)
    {
        while (Around(call) is "date_trunc" or "date_add")
        {
            call = call.Parent!.Parent!.AsObject();
        }
        return call;
    }

    /// <summary>The function whose argument it is.</summary>
    private static string? Around(JsonObject call) => ((string?)(call.Parent?.Parent as JsonObject)?["function_name"])?.ToLowerInvariant();

    private static bool IsPrinted(JsonObject call) =>
        call.Parent is JsonArray list && list.GetPropertyName() is "select_list" or "group_expressions"
        || call.Parent is JsonObject && call.GetPropertyName() == "expression";

    private static bool IsCompared(JsonObject call) => call.Parent is JsonObject parent && (string?)parent["class"] is "COMPARISON" or "BETWEEN";
}
