using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>A log group as JSON: <c>{"__topic__","__source__","__tags__":{},"__logs__":[{"__time__":unix,"key":"value"}]}</c>.</summary>
internal static class JsonLogGroup
{
    public static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject ?? throw Bad("the body is not a JSON object");
        }
        catch (JsonException malformed)
        {
            throw Bad($"the body is not JSON: {malformed.Message}");
        }
    }

    /// <param name="takesTime">Whether <c>__time__</c> of a log counts; without it a log has the time of receipt.</param>
    public static LogGroup Read(JsonObject body, DateTimeOffset now, bool takesTime)
    {
        var group = new LogGroup { Topic = Text(body["__topic__"]), Source = Text(body["__source__"]) };
        foreach (var (key, value) in body["__tags__"] as JsonObject ?? [])
        {
            group.LogTags.Add(new LogTag { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(Text(value)) });
        }
        foreach (var log in body["__logs__"] as JsonArray ?? throw Bad("__logs__ is missing or not an array"))
        {
            group.Logs.Add(ReadLog(log as JsonObject ?? throw Bad("a log is not an object"), now, takesTime));
        }
        return group;
    }

    private static Log ReadLog(JsonObject fields, DateTimeOffset now, bool takesTime)
    {
        var log = new Log { Time = (uint)now.ToUnixTimeSeconds() };
        foreach (var (key, value) in fields)
        {
            switch (key)
            {
                case "__time__":
                    log.Time = takesTime ? Number(key, value) : log.Time;
                    break;
                case "__time_ns_part__":
                    if (takesTime)
                    {
                        log.TimeNs = Number(key, value);
                    }
                    break;
                default:
                    log.Contents.Add(new Log.Types.Content { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(Text(value)) });
                    break;
            }
        }
        return log;
    }

    private static uint Number(string key, JsonNode? value) =>
        uint.TryParse(Text(value), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Bad($"{key} is not a number");

    private static string Text(JsonNode? value) =>
        value is null ? ""
        : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>()
        : value.ToJsonString();

    private static SlsException Bad(string message) => SlsException.Invalid("PostBodyInvalid", message);
}
