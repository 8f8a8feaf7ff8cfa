using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>
/// What a call passed, or a run was given, in a form to compare: a hash of each variable. Without those of the system, without files (a run has
/// its own copies), whatever their order and spelling.
/// </summary>
/// <param name="Parts">Sorted.</param>
public sealed record DifyInputs(IReadOnlyList<string> Parts)
{
    private const string FileIdentity = "dify_model_identity";

    /// <summary>Null when there is no object.</summary>
    public static DifyInputs? Of(string? json) => DifyJson.Object(json) is { } inputs ? Of(inputs) : null;

    public static DifyInputs? Of(JsonElement inputs) =>
        inputs.ValueKind == JsonValueKind.Object
            ? new([.. inputs.EnumerateObject().Where(IsCompared).Select(Part).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])
            : null;

    /// <summary>Of all parts together.</summary>
    public string Hash => Short(string.Join(' ', Parts));

    public bool Holds(DifyInputs some) => some.Parts.All(Parts.Contains);

    private static string Part(JsonProperty variable)
    {
        var text = new StringBuilder(variable.Name).Append(':');
        Write(text, variable.Value);
        return Short(text.ToString());
    }

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    text.Append(member.Name).Append(':');
                    Write(text, member.Value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in value.EnumerateArray())
                {
                    Write(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.Number when value.TryGetDouble(out var number):
                // 1 and 1.0 are one value.
                text.Append(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value.ValueKind == JsonValueKind.String ? $"\"{value.Text()}\"" : value.GetRawText());
                break;
        }
    }

    private static bool IsCompared(JsonProperty variable) =>
        !variable.Name.StartsWith("sys.", StringComparison.Ordinal)
        && variable.Value.ValueKind != JsonValueKind.Null
        && !IsFile(variable.Value)
        && !(variable.Value.ValueKind == JsonValueKind.Array && variable.Value.GetArrayLength() > 0 && IsFile(variable.Value[0]));

    private static bool IsFile(JsonElement value) => value.Text(FileIdentity) is not null;
}
