using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Makes rows of a log group under one index: the answer's JSON, the terms, the typed values. Safe to use from many threads.</summary>
public sealed class RowBuilder
{
    /// <summary>How text is written in <c>raw</c>: Chinese stays as it is.</summary>
    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Dictionary<string, KeyPlan> NoLeaves = [];
    private readonly ColumnMap columns;
    private readonly Dictionary<string, KeyPlan> plans = new(StringComparer.Ordinal);
    private readonly Tokenizer? line;
    private readonly int width;

    public RowBuilder(ColumnMap columns)
    {
        this.columns = columns;
        var offsets = new Dictionary<int, int>();
        foreach (var field in columns.Fields)
        {
            offsets[field.Id] = width;
            width += field.HasTerms ? 2 : 1;
        }
        line = columns.Index?.Line is { } lineIndex ? new Tokenizer(lineIndex.Tokenizer) : null;
        foreach (var key in columns.Index?.Keys ?? [])
        {
            var leaves = key.JsonKeys.ToDictionary(
                leaf => leaf.Path[(key.Path.Length + 1)..],
                leaf => new KeyPlan(leaf, offsets[columns[leaf].Id], new Tokenizer(leaf.Tokenizer), NoLeaves),
                StringComparer.Ordinal
            );
            plans[key.Path] = new KeyPlan(key, offsets[columns[key].Id], new Tokenizer(key.Tokenizer), leaves);
        }
    }

    public ColumnMap Columns => columns;

    /// <summary>Throws <see cref="SlsException"/> InvalidKey or InvalidEncoding; nothing of such a group is stored.</summary>
    internal IReadOnlyList<LogRow> Build(LogGroup group)
    {
        var tags = group.LogTags.Select(tag => (Key: Text(tag.Key.Span), Value: Text(tag.Value.Span))).ToList();
        var tagText =
            tags.Count == 0
                ? ""
                : Tokenizer.Separator + string.Concat(tags.Select(tag => $"{tag.Key}{Tokenizer.PathMark}{tag.Value}{Tokenizer.Separator}"));
        var rows = new List<LogRow>(group.Logs.Count);
        var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Encoder, SkipValidation = true });
        foreach (var log in group.Logs)
        {
            rows.Add(Row(log, group, tags, tagText, buffer, json));
        }
        return rows;
    }

    private LogRow Row(Log log, LogGroup group, List<(string Key, string Value)> tags, string tagText, MemoryStream buffer, Utf8JsonWriter json)
    {
        var fields = new Dictionary<string, string>(log.Contents.Count, StringComparer.Ordinal);
        foreach (var content in log.Contents)
        {
            if (content.Key.Length is 0 or > 128)
            {
                throw SlsException.Invalid("InvalidKey", $"a key has {content.Key.Length} bytes; 1 to 128 are allowed");
            }
            fields[Text(content.Key.Span)] = Text(content.Value.Span);
        }
        var values = new object?[width];
        var lineTerms = line is null ? null : new StringBuilder();
        buffer.SetLength(0);
        json.Reset();
        json.WriteStartObject();
        json.WriteString("__time__", log.Time.ToString(CultureInfo.InvariantCulture));
        if (log.HasTimeNs)
        {
            json.WriteString("__time_ns_part__", log.TimeNs.ToString(CultureInfo.InvariantCulture));
        }
        json.WriteString("__source__", group.Source);
        if (group.Topic.Length > 0)
        {
            json.WriteString("__topic__", group.Topic);
        }
        foreach (var (key, value) in tags)
        {
            json.WriteString($"__tag__:{key}", value);
        }
        foreach (var (name, value) in fields)
        {
            if (!name.StartsWith("__", StringComparison.Ordinal) || name is not ("__time__" or "__time_ns_part__" or "__source__" or "__topic__"))
            {
                json.WriteString(name, value);
            }
            if (plans.TryGetValue(name, out var plan))
            {
                Fill(values, plan, value);
            }
            if (lineTerms is not null && plan?.Key.AnswersBareWords is not true && columns.Index!.Line!.Covers(name))
            {
                line!.Append(lineTerms, value);
            }
        }
        json.WriteEndObject();
        json.Flush();
        var raw = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        return new LogRow(
            log.Time,
            log.HasTimeNs ? (int)Math.Min(log.TimeNs, 999_999_999) : 0,
            group.Topic,
            group.Source,
            tagText,
            raw,
            lineTerms?.ToString(),
            values
        );
    }

    private void Fill(object?[] values, KeyPlan plan, string value)
    {
        switch (plan.Key.Type)
        {
            case FieldType.Long:
                values[plan.Offset] = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
                break;
            case FieldType.Double:
                values[plan.Offset] =
                    double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                        ? number
                        : null;
                break;
            case FieldType.Text:
                values[plan.Offset] = plan.Key.DocValue ? Cut(value) : null;
                values[plan.Offset + 1] = value.Length == 0 ? "" : plan.Tokenizer.Terms(value);
                break;
            case FieldType.Json:
                values[plan.Offset] = plan.Key.DocValue ? Cut(value) : null;
                values[plan.Offset + 1] = value.Length == 0 ? "" : JsonTerms(values, plan, value);
                break;
        }
    }

    // A broken document is indexed as far as it can be read.
    private string JsonTerms(object?[] values, KeyPlan plan, string value)
    {
        var terms = new StringBuilder(value.Length + 64);
        var utf8 = Encoding.UTF8.GetBytes(value);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 256, AllowTrailingCommas = true });
        var path = new List<string>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Tokenizer.Separator.ToString();
            }
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        path.Add(reader.GetString()!);
                        break;
                    case JsonTokenType.StartObject:
                        break;
                    case JsonTokenType.EndObject when path.Count > 0:
                        path.RemoveAt(path.Count - 1);
                        break;
                    case JsonTokenType.EndObject:
                        return Closed(terms);
                    case JsonTokenType.StartArray:
                        var start = (int)reader.TokenStartIndex;
                        reader.Skip();
                        Leaf(values, plan, path, Encoding.UTF8.GetString(utf8.AsSpan(start, (int)reader.BytesConsumed - start)), isText: true, terms);
                        path.RemoveAt(path.Count - 1);
                        break;
                    default:
                        if (reader.TokenType != JsonTokenType.Null)
                        {
                            var isNumber = reader.TokenType == JsonTokenType.Number;
                            Leaf(
                                values,
                                plan,
                                path,
                                reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan),
                                isText: !isNumber,
                                terms
                            );
                        }
                        path.RemoveAt(path.Count - 1);
                        break;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return Closed(terms);
        }
        return Closed(terms);
    }

    private static string Closed(StringBuilder terms) => terms.Length == 0 ? Tokenizer.Separator.ToString() : terms.ToString();

    private void Leaf(object?[] values, KeyPlan plan, List<string> path, string value, bool isText, StringBuilder terms)
    {
        var name = string.Join('.', path);
        if (plan.Leaves.TryGetValue(name, out var leaf))
        {
            Fill(values, leaf, value);
        }
        if (plan.Key.IndexAll && isText && (plan.Key.MaxDepth < 0 || path.Count <= plan.Key.MaxDepth))
        {
            terms.Append(Tokenizer.PathMark).Append(name.ToLowerInvariant()).Append(Tokenizer.PathMark);
            if (value.Length > 0)
            {
                plan.Tokenizer.Append(terms, value);
            }
        }
    }

    // The engine takes no NUL inside text; SQL sees the replacement character, the log itself keeps \u0000.
    private string Cut(string value)
    {
        var limit = columns.Index!.MaxTextBytes;
        if (value.Length > limit / 3 && Encoding.UTF8.GetByteCount(value) > limit)
        {
            Span<byte> bytes = new byte[limit];
            Encoding.UTF8.GetEncoder().Convert(value, bytes, flush: false, out var chars, out _, out _);
            value = value[..chars];
        }
        return value.Replace('\0', '\uFFFD');
    }

    private static string Text(ReadOnlySpan<byte> utf8)
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

    private sealed record KeyPlan(IndexKey Key, int Offset, Tokenizer Tokenizer, IReadOnlyDictionary<string, KeyPlan> Leaves);
}
