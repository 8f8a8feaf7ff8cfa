using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Spans;

namespace LlmObs.TraceLog;

/// <summary>What a span said and was told, as fields to be searched.</summary>
/// <remarks>
/// A text is stored once. Messages become <c>prompt</c> (system and input) and <c>output</c>; the raw input and output are there only where no message tells
/// them; attributes and events go without the members that hold the same text again. The whole record, as sent, is in PostgreSQL.
/// </remarks>
internal static class SpanLogContent
{
    /// <summary>Chinese stays Chinese: <c>\u8ba2</c> could not be found.</summary>
    public static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Where dialects put texts that the mapper has brought into messages, input, output, tools or documents. A name, or a start that ends in a dot.
    private static readonly byte[][] Repeated = Utf8([
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.prompt",
        "gen_ai.prompt.",
        "gen_ai.completion",
        "gen_ai.completion.",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.retrieval.documents",
        "input.value",
        "output.value",
        "llm.input_messages.",
        "llm.output_messages.",
        "llm.prompts",
        "llm.tools.",
        "retrieval.documents.",
        "retrieval.document",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "langfuse.observation.input",
        "langfuse.observation.output",
        "langfuse.trace.input",
        "langfuse.trace.output",
        "gen_ai.event.content",
        "event_data",
    ]);

    public static void Add(LogFields fields, SpanRecord record)
    {
        var content = record.Content;
        var (prompt, output) = (Texts(content.Messages, output: false), Texts(content.Messages, output: true));
        fields.AddContent("prompt", prompt);
        fields.AddContent("output", output.Length > 0 ? output : Unescaped(content.Output));
        fields.AddContent("input", prompt.Length > 0 ? content.RetrievalQuery : Unescaped(content.Input) ?? content.RetrievalQuery);
        fields.AddContent(
            "documents",
            string.Join("\n\n", content.Documents.Select(document => string.Join('\n', Present(document.Title, document.Content, document.Id))))
        );
        fields.AddContent("tools", content.Tools.Count == 0 ? null : JsonSerializer.Serialize(content.Tools.Select(tool => tool.Name), Readable));

        // A dialect whose texts the mapper could not read keeps them here, or they could not be found at all.
        var isMapped =
            content.Messages.Count > 0
            || content.Input is not null
            || content.Output is not null
            || content.Documents.Count > 0
            || content.Tools.Count > 0;
        fields.AddContent("attribute", Members(content.Attributes, isMapped));
        fields.AddContent("resource", Members(content.Resource, false));
        fields.AddContent("logs", Events(content.Events, isMapped));
        fields.AddContent("links", Links(content.Links));
        fields.Add("otlp.name", content.ScopeName);
        fields.Add("otlp.version", content.ScopeVersion);
        fields.Add("traceState", content.TraceState);
    }

    private static string Texts(IReadOnlyList<Message> messages, bool output)
    {
        var parts = messages.Where(message => (message.Direction == "output") == output).SelectMany(message => message.Parts).SelectMany(Texts);
        return string.Join("\n\n", parts);
    }

    private static IEnumerable<string> Texts(MessagePart part) =>
        part.Type switch
        {
            "tool_call" => Present(part.Name, Unescaped(part.Arguments.Text)),
            "other" => Present(Unescaped(part.Raw.Text)),
            _ => Present(part.Content, part.Uri is { Length: < 2000 } uri ? uri : null),
        };

    private static IEnumerable<string> Present(params string?[] texts) => texts.Where(text => !string.IsNullOrEmpty(text))!;

    /// <summary>JSON text with its Unicode escapes undone (Python's json.dumps writes them by default); any other text as it is.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    private static string? Unescaped(string? text)
    {
        if (text is null || !text.Contains("\\u", StringComparison.Ordinal) || text.AsSpan().TrimStart() is not ['{' or '[' or '"', ..])
        {
            return text;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return Write(document.RootElement.WriteTo);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string Members(JsonText attributes, bool withoutRepeats)
    {
        if (!withoutRepeats)
        {
            return Unescaped(attributes.ToString());
        }

        using var document = attributes.Parse();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return attributes.ToString();
        }

        return Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!IsRepeat(JsonMarshal.GetRawUtf8PropertyName(member)))
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        });
    }

    private static byte[][] Utf8(string[] names) => [.. names.Select(Encoding.UTF8.GetBytes)];

    private static bool IsRepeat(ReadOnlySpan<byte> name)
    {
        foreach (var repeated in Repeated)
        {
            if (repeated[^1] == '.' ? name.StartsWith(repeated) : name.SequenceEqual(repeated))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Events(IReadOnlyList<SpanEvent> events, bool withoutRepeats) =>
        events.Count == 0
            ? null
            : Write(writer =>
            {
                writer.WriteStartArray();
                foreach (var happened in events)
                {
                    writer.WriteStartObject();
                    writer.WriteString("name", happened.Name);
                    writer.WriteNumber("time", happened.TimeUnixNano);
                    writer.WritePropertyName("attribute");
                    writer.WriteRawValue(Members(happened.Attributes, withoutRepeats));
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });

    private static string? Links(IReadOnlyList<SpanLink> links) =>
        links.Count == 0
            ? null
            : Write(writer =>
            {
                writer.WriteStartArray();
                foreach (var link in links)
                {
                    writer.WriteStartObject();
                    writer.WriteString("spanID", link.SpanId);
                    writer.WriteString("traceID", link.TraceId);
                    writer.WritePropertyName("attribute");
                    writer.WriteRawValue(link.Attributes.ToString());
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            });

    private static string Write(Action<Utf8JsonWriter> write) => Utf8JsonBuffer.Text(write);
}
