using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Mapping.Dialects.Langfuse;

/// <summary>What a Langfuse client says a call cost, by part and in all. A zero that was said is a zero.</summary>
internal static class LangfuseCost
{
    public static Cost? Read(AttributeMap attributes)
    {
        if (attributes.Json(LangfuseKeys.Cost) is not { ValueKind: JsonValueKind.Object } map)
        {
            return null;
        }

        var input = Amount(map, "input");
        var output = Amount(map, "output");
        var total =
            Amount(map, "total")
            ?? map.EnumerateObject()
                .Select(part => Amount(map, part.SafeName()))
                .Aggregate((decimal?)null, (sum, part) => part is null ? sum : (sum ?? 0) + part);
        return total is null ? null : new(input, output, total.Value);
    }

    private static decimal? Amount(JsonElement map, string name) => map.MemberNumber(name) is { } amount and >= 0 and < 1e15 ? (decimal)amount : null;
}
