using System.Globalization;
using System.Text;
using System.Text.Json;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A log as it was written, and as GetLogs returns it.</summary>
internal static class RawLog
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The fields of a log; of a name that comes twice the last. Throws <see cref="SlsException"/> InvalidKey or InvalidEncoding.</summary>
    /// <param name="isAsked">Leaves others out.</param>
    public static Dictionary<string, string> Fields(Log log, Predicate<string>? isAsked = null)
    {
        var fields = new Dictionary<string, string>(log.Contents.Count, StringComparer.Ordinal);
        foreach (var content in log.Contents)
        {
            if (content.Key.Length is 0 or > 128)
            {
                throw SlsException.Invalid("InvalidKey", $"a key has {content.Key.Length} bytes; 1 to 128 are allowed");
            }
            var name = Text(content.Key.Span);
            if (isAsked is null || isAsked(name))
            {
                fields[name] = Text(content.Value.Span);
            }
        }
        return fields;
    }

    public static LogOrigin Origin(LogGroup group) =>
        new(group.Topic, group.Source, [.. group.LogTags.Select(tag => (Text(tag.Key.Span), Text(tag.Value.Span)))]);

    /// <summary>A JSON object of strings.</summary>
    public static string Json(Log log, LogOrigin origin)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = RowBuilder.Json.Encoder, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("__time__", log.Time.ToString(CultureInfo.InvariantCulture));
            if (log.HasTimeNs)
            {
                json.WriteString("__time_ns_part__", log.TimeNs.ToString(CultureInfo.InvariantCulture));
            }
            json.WriteString("__source__", origin.Source);
            if (origin.Topic.Length > 0)
            {
                json.WriteString("__topic__", origin.Topic);
            }
            foreach (var (name, value) in origin.Tags)
            {
                json.WriteString($"__tag__:{name}", value);
            }
            foreach (var (name, value) in Fields(log))
            {
                if (name is not ("__time__" or "__time_ns_part__" or "__source__" or "__topic__"))
                {
                    json.WriteString(name, value);
                }
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw SlsException.Invalid("InvalidEncoding", "a key or value is not UTF-8");
        }
    }
}
