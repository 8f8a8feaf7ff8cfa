using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;
using static LlmObs.Ingest.Langfuse.FieldNames;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;
using SpanKind = LlmObs.Domain.Spans.SpanKind;

namespace LlmObs.Ingest.Langfuse;

/// <summary>
/// Merged fields → span: as the OTLP span that Langfuse's newer clients would have sent of it, read by the same rules.
/// </summary>
internal sealed class ObservationMapper(IOptions<IngestOptions> options)
{
    private const string Scope = "langfuse-ingestion";

    // Attribute ← field.
    private static readonly (string Attribute, string Field)[] Attributes =
    [
        ("langfuse.observation.type", "observation.type"),
        ("langfuse.observation.input", "observation.input"),
        ("langfuse.observation.output", "observation.output"),
        ("langfuse.observation.level", "observation.level"),
        ("langfuse.observation.status_message", "observation.statusMessage"),
        ("langfuse.observation.completion_start_time", "observation.completionStartTime"),
        ("langfuse.observation.model.name", "observation.model"),
        ("langfuse.observation.model.parameters", "observation.modelParameters"),
        ("langfuse.observation.usage_details", "observation.usageDetails"),
        ("langfuse.observation.usage", "observation.usage"),
        ("langfuse.observation.cost_details", "observation.costDetails"),
        ("langfuse.observation.prompt.name", "observation.promptName"),
        ("langfuse.observation.prompt.version", "observation.promptVersion"),
        ("langfuse.trace.name", "trace.name"),
        ("langfuse.trace.public", "trace.public"),
        ("langfuse.trace.external_id", "trace.externalId"),
        ("session.id", "trace.sessionId"),
        ("user.id", "trace.userId"),
        ("langfuse.release", "trace.release"),
    ];

    public SpanRecord Map(UpdatedFields fields)
    {
        var said = fields.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        var isRoot = fields.SpanId == fields.TraceId;
        var isTraceOnly = !said.ContainsKey(OfObservation + "type");
        var span = new OtlpSpan { Name = Name(said) };
        var (start, end, hasEnd) = Times(said);
        (span.StartTimeUnixNano, span.EndTimeUnixNano) = ((ulong)Math.Max(0, start) * 1000, (ulong)Math.Max(0, end) * 1000);
        foreach (var (attribute, field) in Attributes)
        {
            Add(span, attribute, Value(said, field));
        }

        // A trace's own words are those of its root; where the root is an observation too, that speaks first.
        Add(span, Has(said, "observation.input") ? "langfuse.trace.input" : "langfuse.observation.input", Value(said, "trace.input"));
        Add(span, Has(said, "observation.output") ? "langfuse.trace.output" : "langfuse.observation.output", Value(said, "trace.output"));
        Add(span, "langfuse.environment", Value(said, "observation.environment") ?? Value(said, "trace.environment"));
        Add(span, "langfuse.version", Value(said, "observation.version") ?? Value(said, "trace.version"));
        AddTags(span, said);
        AddMetadata(span, "langfuse.trace.metadata.", fields, OfTrace);
        AddMetadata(span, "langfuse.observation.metadata.", fields, OfObservation);
        if (!Has(said, "observation.costDetails"))
        {
            Add(span, "langfuse.observation.cost_details", CostOfUsage(said));
        }

        var origin = new SpanOrigin(ResourceContext.From(null, options.Value), Scope, "", (long)span.StartTimeUnixNano);
        var record = new SpanReading(span, origin, new Cleaning(options.Value)).Record();
        return record with
        {
            Span = record.Span with
            {
                TraceId = fields.TraceId,
                SpanId = fields.SpanId,
                ParentSpanId = isRoot ? null : Text(said, "observation.parentObservationId") ?? fields.TraceId,
                Kind = isTraceOnly && isRoot ? SpanKind.Workflow : record.Span.Kind,
            },
            Content = hasEnd
                ? record.Content
                : record.Content with
                {
                    Notes = [.. record.Content.Notes, "No end has been sent of this observation."],
                },
        };
    }

    private static string Name(Dictionary<string, UpdatedField> said) =>
        Text(said, "observation.name") ?? Text(said, "trace.name") ?? Text(said, FirstName) ?? Text(said, "observation.type") ?? "trace";

    // Microseconds. A trace lasts from its own time, or its first observation, to the end of its last.
    private static (long Start, long End, bool HasEnd) Times(Dictionary<string, UpdatedField> said)
    {
        if (!Has(said, OfObservation + "type"))
        {
            var first = Micros(said, FirstStart);
            var own = Micros(said, "trace.timestamp");
            var from = Math.Min(own ?? first ?? 0, first ?? own ?? 0);
            return (from, Math.Max(from, Micros(said, LastEnd) ?? from), true);
        }

        var start = Micros(said, "observation.startTime") ?? Micros(said, Received) ?? 0;
        var end = Micros(said, "observation.endTime");
        return (start, end ?? start, end is not null || Text(said, "observation.type") == "event");
    }

    private static long? Micros(Dictionary<string, UpdatedField> said, string name) =>
        Text(said, name) is not { } text ? null
        : long.TryParse(text, out var micros) ? micros
        : IngestionEvent.Micros(text);

    private static string? CostOfUsage(Dictionary<string, UpdatedField> said)
    {
        if (!said.TryGetValue("observation.usage", out var usage))
        {
            return null;
        }

        using var document = usage.Value.Parse();
        var costs = new JsonObject();
        foreach (var (part, member) in (ReadOnlySpan<(string, string)>)[("input", "inputCost"), ("output", "outputCost"), ("total", "totalCost")])
        {
            if (document.RootElement.MemberNumber(member) is { } cost)
            {
                costs[part] = cost;
            }
        }

        return costs.Count == 0 ? null : costs.ToJsonString();
    }

    private static void AddTags(OtlpSpan span, Dictionary<string, UpdatedField> said)
    {
        var tags = said.Keys.Where(name => name.StartsWith(Tag, StringComparison.Ordinal)).Select(name => name[Tag.Length..]).ToList();
        if (tags.Count > 0)
        {
            var values = new ArrayValue();
            values.Values.AddRange(tags.Order(StringComparer.Ordinal).Select(tag => new AnyValue { StringValue = tag }));
            span.Attributes.Add(
                new KeyValue
                {
                    Key = "langfuse.trace.tags",
                    Value = new() { ArrayValue = values },
                }
            );
        }
    }

    // In order of rank: a later value within an object that an earlier event replaced brings the object back, as it would event by event.
    private static void AddMetadata(OtlpSpan span, string prefix, UpdatedFields fields, string of)
    {
        var start = of + MetadataOf + PathEnd;
        var metadata = new JsonObject();
        foreach (
            var field in fields
                .Fields.Where(field => field.Name.StartsWith(start, StringComparison.Ordinal))
                .OrderBy(field => field.Rank, UpdateRank.Order)
        )
        {
            var path = field.Name[start.Length..].Split(PathEnd);
            var at = metadata;
            foreach (var step in path[..^1])
            {
                if (at[step] is not JsonObject inner)
                {
                    at[step] = inner = [];
                }

                at = inner;
            }

            if (field.Value.Text != "{}" || at[path[^1]] is not JsonObject)
            {
                at[path[^1]] = JsonNode.Parse(field.Value.ToString());
            }
        }

        foreach (var (name, value) in metadata)
        {
            Add(
                span,
                prefix + name,
                value is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : value?.ToJsonString(Readable)
            );
        }
    }

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static void Add(OtlpSpan span, string name, string? value)
    {
        if (value is not null && !span.Attributes.Any(attribute => attribute.Key == name))
        {
            span.Attributes.Add(
                new KeyValue
                {
                    Key = name,
                    Value = new() { StringValue = value },
                }
            );
        }
    }

    private static bool Has(Dictionary<string, UpdatedField> said, string name) => said.ContainsKey(name);

    private static string? Text(Dictionary<string, UpdatedField> said, string name) => Value(said, name);

    // A string as itself, anything else as JSON: what newer clients put into attributes.
    private static string? Value(Dictionary<string, UpdatedField> said, string name)
    {
        if (!said.TryGetValue(name, out var field))
        {
            return null;
        }

        using var document = field.Value.Parse();
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.Text() : field.Value.Text;
    }
}
