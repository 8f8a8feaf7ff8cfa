using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Makes rows of logs under one index: the terms, the typed values. Safe to use from many threads.</summary>
public sealed class RowBuilder
{
    /// <summary>How JSON is written: Chinese stays as it is.</summary>
    public static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, KeyPlan> NoLeaves = [];
    private readonly ColumnMap columns;
    private readonly Dictionary<string, KeyPlan> plans = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (byte[] Name, KeyPlan Plan)> plansOfFields = [];
    private readonly Tokenizer? line;

    public RowBuilder(ColumnMap columns)
    {
        this.columns = columns;
        var places = columns.Fields.Select((field, place) => (field, place)).ToDictionary(pair => pair.field.Id, pair => pair.place);
        line = columns.Index?.Line is { } lineIndex ? new Tokenizer(lineIndex.Tokenizer) : null;
        foreach (var key in columns.Index?.Keys ?? [])
        {
            var leaves = key.JsonKeys.ToDictionary(leaf => leaf.Path[(key.Path.Length + 1)..], leaf => Plan(leaf, NoLeaves), StringComparer.Ordinal);
            var plan = plans[key.Path] = Plan(key, leaves);
            foreach (var field in leaves.Values.Append(plan).Select(part => part.Field))
            {
                plansOfFields[field] = (Encoding.UTF8.GetBytes(key.Path), plan);
            }
        }

        KeyPlan Plan(IndexKey key, IReadOnlyDictionary<string, KeyPlan> leaves)
        {
            var field = columns[key];
            return new KeyPlan(key, field.Id, places[field.Id], new Tokenizer(key.Tokenizer), leaves);
        }
    }

    public ColumnMap Columns => columns;

    /// <summary>Makes rows of the same table under the index that logs were written with.</summary>
    public RowBuilder Under(IndexDefinition? index) =>
        ReferenceEquals(index, columns.Index) ? this : new RowBuilder(new ColumnMap(columns.Fields, index));

    /// <summary>Throws <see cref="SlsException"/> InvalidKey or InvalidEncoding; nothing of such a group is stored.</summary>
    internal IReadOnlyList<LogRow> Build(LogGroup group)
    {
        var origin = RawLog.Origin(group);
        return [.. group.Logs.Select(log => Build(log, origin))];
    }

    internal LogRow Build(Log log, LogOrigin origin)
    {
        var draft = new Draft(columns.Fields.Count, hasTerms: true);
        foreach (var (name, value) in RawLog.Fields(log))
        {
            Fill(draft, name, value);
        }
        return new LogRow(log.Time, log.HasTimeNs ? (int)Math.Min(log.TimeNs, 999_999_999) : 0, origin, draft.Values, draft.Texts, draft.Numbers);
    }

    /// <summary>The texts of a log that a row of it would have in a field, and perhaps others.</summary>
    /// <param name="field">The id of an <see cref="IndexedField"/>, or <see cref="TermText.Line"/>.</param>
    /// <param name="hasTerms">Whether the texts are cut into their terms, which takes longer than all else.</param>
    internal IReadOnlyList<FieldText> Texts(Log log, int field, bool hasTerms)
    {
        var draft = new Draft(columns.Fields.Count, hasTerms);
        if (field == TermText.Line)
        {
            foreach (var (name, value) in RawLog.Fields(log, name => IsInLine(name, plans.GetValueOrDefault(name))))
            {
                Fill(draft, name, value);
            }
        }
        else if (
            plansOfFields.TryGetValue(field, out var key)
            && log.Contents.LastOrDefault(content => content.Key.Span.SequenceEqual(key.Name)) is { } asked
        )
        {
            Fill(draft, key.Plan, RawLog.Text(asked.Value.Span));
        }
        return draft.Texts;
    }

    private bool IsInLine(string name, KeyPlan? plan) =>
        line is not null && plan?.Key.AnswersBareWords is not true && columns.Index!.Line!.Covers(name);

    private void Fill(Draft draft, string name, string value)
    {
        if (plans.TryGetValue(name, out var plan))
        {
            Fill(draft, plan, value);
        }
        if (IsInLine(name, plan))
        {
            draft.Add(TermText.Line, null, value, line!);
        }
    }

    private void Fill(Draft draft, KeyPlan plan, string value)
    {
        switch (plan.Key.Type)
        {
            case FieldType.Long when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                draft.Values[plan.Place] = whole;
                draft.Numbers.Add((plan.Field, whole));
                break;
            case FieldType.Double
                when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                draft.Values[plan.Place] = number;
                draft.Numbers.Add((plan.Field, BitConverter.DoubleToInt64Bits(number)));
                break;
            case FieldType.Text:
                draft.Values[plan.Place] = plan.Key.DocValue ? Cut(value) : null;
                draft.Add(plan.Field, null, value, plan.Tokenizer);
                break;
            case FieldType.Json:
                draft.Values[plan.Place] = plan.Key.DocValue ? Cut(value) : null;
                if (draft.HasTerms)
                {
                    // Of the document itself only that it is there, or that it is empty.
                    draft.Texts.Add(new FieldText(plan.Field, null, value, ""));
                }
                FillLeaves(draft, plan, value);
                break;
        }
    }

    // A broken document is indexed as far as it can be read.
    private void FillLeaves(Draft draft, KeyPlan plan, string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 256, AllowTrailingCommas = true });
        var path = new List<string>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return;
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
                        return;
                    case JsonTokenType.StartArray:
                        var start = (int)reader.TokenStartIndex;
                        reader.Skip();
                        Leaf(draft, plan, path, Encoding.UTF8.GetString(utf8.AsSpan(start, (int)reader.BytesConsumed - start)), isText: true);
                        path.RemoveAt(path.Count - 1);
                        break;
                    case JsonTokenType.Null:
                        path.RemoveAt(path.Count - 1);
                        break;
                    default:
                        var isString = reader.TokenType == JsonTokenType.String;
                        Leaf(
                            draft,
                            plan,
                            path,
                            isString ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan),
                            isText: reader.TokenType != JsonTokenType.Number
                        );
                        path.RemoveAt(path.Count - 1);
                        break;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException) { }
    }

    private void Leaf(Draft draft, KeyPlan plan, List<string> path, string value, bool isText)
    {
        var name = string.Join('.', path);
        if (plan.Leaves.TryGetValue(name, out var leaf))
        {
            Fill(draft, leaf, value);
        }
        if (plan.Key.IndexAll && isText && (plan.Key.MaxDepth < 0 || path.Count <= plan.Key.MaxDepth))
        {
            draft.Add(plan.Field, name.ToLowerInvariant(), value, plan.Tokenizer);
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

    private sealed class Draft(int columns, bool hasTerms)
    {
        public bool HasTerms => hasTerms;

        public object?[] Values { get; } = new object?[columns];

        public List<FieldText> Texts { get; } = [];

        public List<(int Field, long Bits)> Numbers { get; } = [];

        public void Add(int field, string? path, string value, Tokenizer tokenizer) =>
            Texts.Add(new FieldText(field, path, value, hasTerms ? tokenizer.Terms(value) : ""));
    }

    /// <param name="Field">The id of its <see cref="IndexedField"/>.</param>
    /// <param name="Place">Its place among the values of a row.</param>
    private sealed record KeyPlan(IndexKey Key, int Field, int Place, Tokenizer Tokenizer, IReadOnlyDictionary<string, KeyPlan> Leaves);
}
