using System.Globalization;
using System.Text.Json;
using LlmObs.Quality.Evaluation;

namespace LlmObs.Quality.Judges;

/// <summary>Reads what a judge replied: a JSON object, bare, in a fence, or with chatter around it.</summary>
internal static class JudgeReply
{
    /// <exception cref="EvaluationFailedException">There is no score from 0 to 1 in it.</exception>
    public static (double Score, string? Reason) Score(string reply)
    {
        using var document = Object(reply);
        var root = document.RootElement;
        if (
            !root.TryGetProperty("score", out var value)
            || !double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
            || score is not (>= 0 and <= 1)
        )
        {
            throw Unreadable(reply, "no \"score\" from 0 to 1");
        }

        return (score, root.TryGetProperty("reason", out var reason) ? reason.ToString() : null);
    }

    /// <exception cref="EvaluationFailedException">There is no such text in it.</exception>
    public static string Text(string reply, string member)
    {
        using var document = Object(reply);
        return document.RootElement.TryGetProperty(member, out var value) && value.ToString() is { Length: > 0 } text
            ? text
            : throw Unreadable(reply, $"no \"{member}\"");
    }

    private static JsonDocument Object(string reply)
    {
        var from = reply.IndexOf('{', StringComparison.Ordinal);
        var to = reply.LastIndexOf('}');
        try
        {
            return JsonDocument.Parse(from >= 0 && to > from ? reply[from..(to + 1)] : "");
        }
        catch (JsonException)
        {
            throw Unreadable(reply, "no JSON object");
        }
    }

    private static EvaluationFailedException Unreadable(string reply, string lack) =>
        new($"The judge's reply has {lack}: {(reply.Length > 200 ? reply[..200] + "…" : reply)}");
}
