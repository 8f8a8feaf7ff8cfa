using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>Members of a JSON body. What is of another type than wanted is refused with the code of the operation, and never an internal error.</summary>
internal static class JsonBody
{
    public static string? Text(this JsonObject body, string member, string code) =>
        body[member] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            _ => throw SlsException.Invalid(code, $"{member} is not a text"),
        };

    public static int? Int(this JsonObject body, string member, string code) =>
        body[member] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var number) => number,
            _ => throw SlsException.Invalid(code, $"{member} is not a whole number"),
        };

    public static bool? Flag(this JsonObject body, string member, string code) =>
        body[member] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
            _ => throw SlsException.Invalid(code, $"{member} is neither true nor false"),
        };
}
