using System.Text.Json;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot.Model;

/// <summary>Reads the JSON object out of a model's answer: bare, in a code fence, or with chatter around it.</summary>
internal static class ModelJson
{
    /// <exception cref="SqlFailedException">There is no such object; the kind is <c>invalid_json</c>.</exception>
    public static T Read<T>(string answer)
    {
        var from = answer.IndexOf('{', StringComparison.Ordinal);
        var to = answer.LastIndexOf('}');
        if (from < 0 || to < from)
        {
            throw new SqlFailedException("invalid_json", $"The model's answer holds no JSON object: {Start(answer)}");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(answer[from..(to + 1)], Spans.Json)
                ?? throw new SqlFailedException("invalid_json", "The model's answer is null.");
        }
        catch (JsonException exception)
        {
            throw new SqlFailedException("invalid_json", $"The model's answer is no valid JSON ({exception.Message}): {Start(answer)}", exception);
        }
    }

    private static string Start(string answer) => answer.Length <= 120 ? answer : answer[..120] + "…";
}
