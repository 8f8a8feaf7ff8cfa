using Google.Protobuf.Collections;
using LlmObs.Ingest.Otlp.Protos;
using static LlmObs.Ingest.Otlp.Protos.AnyValue;

namespace LlmObs.Ingest.Mapping;

/// <summary>
/// Makes what a sender wrote fit to be stored, in place, and says what was changed: NUL, which PostgreSQL takes in no text, bytes that
/// were no UTF-8 (readers leave <see cref="Substitute"/> for them), and what is beyond the limits.
/// </summary>
internal sealed class Cleaning(IngestOptions limits)
{
    /// <summary>ASCII's own sign for an unreadable character. One byte, so that a reader can repair in place.</summary>
    public const char Substitute = '\u001A';

    public const char Replacement = '\uFFFD';

    private const int MaxNotes = 20;

    private readonly List<string> _notes = [];

    public IReadOnlyList<string> Notes => _notes.Count == 0 ? [] : _notes;

    public static string Clean(string text) => IsClean(text) ? text : text.Replace('\0', Replacement).Replace(Substitute, Replacement);

    public void Note(string note)
    {
        if (_notes.Count < MaxNotes)
        {
            _notes.Add(note);
        }
    }

    /// <summary>A short text: a name, a status message.</summary>
    public string Text(string text, string field)
    {
        if (!IsClean(text))
        {
            NoteReplaced(text, field);
        }

        return Cut(Clean(text), field);
    }

    /// <summary>Cleans attributes in place; those beyond <see cref="IngestOptions.MaxAttributesPerSpan"/> go.</summary>
    public void Attributes(RepeatedField<KeyValue> attributes, string owner)
    {
        if (attributes.Count > limits.MaxAttributesPerSpan)
        {
            Note($"{owner}: kept the first {limits.MaxAttributesPerSpan} of {attributes.Count} attributes (Ingest:MaxAttributesPerSpan).");
            while (attributes.Count > limits.MaxAttributesPerSpan)
            {
                attributes.RemoveAt(attributes.Count - 1);
            }
        }

        Members(attributes, depth: 0);
    }

    private void Members(RepeatedField<KeyValue> members, int depth)
    {
        foreach (var member in members)
        {
            if (!IsClean(member.Key))
            {
                NoteReplaced(member.Key, "an attribute's name");
                member.Key = Clean(member.Key);
            }

            Value(member.Value, member.Key, depth);
        }
    }

    private void Value(AnyValue? value, string key, int depth)
    {
        switch (value?.ValueCase)
        {
            case ValueOneofCase.StringValue:
                var text = value.StringValue;
                var clean = Text(text, key);
                if (!ReferenceEquals(clean, text))
                {
                    value.StringValue = clean;
                }

                break;
            case ValueOneofCase.ArrayValue or ValueOneofCase.KvlistValue when depth >= limits.MaxDepth:
                Note($"{key}: cut where it is nested deeper than {limits.MaxDepth} (Ingest:MaxDepth).");
                value.StringValue = "…";
                break;
            case ValueOneofCase.ArrayValue:
                foreach (var item in value.ArrayValue.Values)
                {
                    Value(item, key, depth + 1);
                }

                break;
            case ValueOneofCase.KvlistValue:
                Members(value.KvlistValue.Values, depth + 1);
                break;
            case ValueOneofCase.BytesValue when value.BytesValue.Length > limits.MaxAttributeBytes:
                Note($"{key}: {value.BytesValue.Length} bytes cut to {limits.MaxAttributeBytes} (Ingest:MaxAttributeBytes).");
                value.BytesValue = Google.Protobuf.ByteString.CopyFrom(value.BytesValue.Span[..limits.MaxAttributeBytes]);
                break;
        }
    }

    private string Cut(string text, string field)
    {
        // A character takes at least one byte and at most three per UTF-16 unit: most texts need no counting.
        if (text.Length <= limits.MaxAttributeBytes / 3)
        {
            return text;
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        if (bytes <= limits.MaxAttributeBytes)
        {
            return text;
        }

        Note($"{field}: {bytes} bytes cut to {limits.MaxAttributeBytes} (Ingest:MaxAttributeBytes).");
        var kept = 0;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((kept += rune.Utf8SequenceLength) > limits.MaxAttributeBytes)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }

    private void NoteReplaced(string text, string field)
    {
        var what = (text.Contains('\0'), text.Contains(Substitute)) switch
        {
            (true, true) => "NUL characters and bytes that are not valid UTF-8 were",
            (true, false) => "NUL characters were",
            _ => "bytes that are not valid UTF-8 were",
        };
        Note($"{field}: {what} replaced by U+FFFD.");
    }

    private static bool IsClean(string text) => text.AsSpan().IndexOfAny('\0', Substitute) < 0;
}
