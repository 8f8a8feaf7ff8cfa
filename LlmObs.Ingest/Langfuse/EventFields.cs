using System.Globalization;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Redaction;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Mapping.Content;
using static LlmObs.Ingest.Langfuse.FieldNames;

namespace LlmObs.Ingest.Langfuse;

/// <summary>What one event says, as fields that merge: of its observation, and of the trace, which is the root span under the trace's own id.</summary>
internal static class EventFields
{
    private const int MaxId = 800;
    private const int MaxDepth = 5;
    private const int MaxMembers = 200;

    private static readonly Dictionary<string, string?> ObservationTypes = new(StringComparer.Ordinal)
    {
        ["span-create"] = "span",
        ["span-update"] = "span",
        ["generation-create"] = "generation",
        ["generation-update"] = "generation",
        ["event-create"] = "event",
        ["agent-create"] = "agent",
        ["tool-create"] = "tool",
        ["chain-create"] = "chain",
        ["retriever-create"] = "retriever",
        ["evaluator-create"] = "evaluator",
        ["embedding-create"] = "embedding",
        ["guardrail-create"] = "guardrail",
        // Older clients say in the body which it is.
        ["observation-create"] = null,
        ["observation-update"] = null,
    };

    private static readonly string[] TraceFields = ["name", "externalId", "input", "output", "sessionId", "userId", "release", "version", "public"];

    private static readonly string[] ObservationFields =
    [
        "name",
        "input",
        "output",
        "level",
        "statusMessage",
        "version",
        "endTime",
        "completionStartTime",
        "model",
        "modelParameters",
        "usage",
        "usageDetails",
        "costDetails",
    ];

    /// <summary>The fields of a trace or observation event, or what is wrong with it.</summary>
    public static (IReadOnlyList<UpdatedFields> Fields, string? Fault) Read(IngestionEvent e)
    {
        if (Fault(e.Body) is { } fault)
        {
            return ([], fault);
        }

        if (e.Type == "trace-create")
        {
            return ([Trace(e)], null);
        }

        return ObservationTypes.TryGetValue(e.Type, out var type)
            ? (Observation(e, type ?? e.Body.MemberText("type")?.ToLowerInvariant() ?? "span"), null)
            : ([], $"type: '{e.Type}' is not known");
    }

    private static string? Fault(JsonElement body)
    {
        foreach (var name in (ReadOnlySpan<string>)["id", "traceId", "parentObservationId"])
        {
            if (body.Member(name) is { } id && (id.ValueKind != JsonValueKind.String || id.Text() is not { Length: > 0 and <= MaxId }))
            {
                return $"body.{name}: a text of 1 to {MaxId} characters is needed";
            }
        }

        foreach (var name in (ReadOnlySpan<string>)["startTime", "endTime", "completionStartTime"])
        {
            if (body.Member(name) is { } time && IngestionEvent.Micros(time.Text()) is null)
            {
                return $"body.{name}: an ISO 8601 time is needed";
            }
        }

        return null;
    }

    private static UpdatedFields Trace(IngestionEvent e)
    {
        // Without an id Langfuse makes one; the event's own is the same for every retry.
        var id = e.Body.MemberText("id") ?? e.Id;
        var fields = new List<UpdatedField> { First(TraceSent, e, new("true")) };
        Copy(e, TraceFields, OfTrace, fields);
        Keep(e, "environment", OfTrace, fields);
        fields.Add(
            First(
                OfTrace + "timestamp",
                e,
                Text(e.Body.MemberText("timestamp") is { } at && IngestionEvent.Micros(at) is { } sent ? sent : e.UnixMicros)
            )
        );
        Tags(e, fields);
        Metadata(e, OfTrace, fields);
        return new(id, id, fields, IsComplete: false);
    }

    private static UpdatedFields[] Observation(IngestionEvent e, string type)
    {
        var id = e.Body.MemberText("id") ?? e.Id;
        var traceId = e.Body.MemberText("traceId") ?? id;
        var start = IngestionEvent.Micros(e.Body.MemberText("startTime"));
        var end = IngestionEvent.Micros(e.Body.MemberText("endTime"));
        var fields = new List<UpdatedField> { First(OfObservation + "type", e, Text(type)), First(Received, e, Text(e.UnixMicros)) };
        Copy(e, ObservationFields, OfObservation, fields);
        Keep(e, "startTime", OfObservation, fields);
        Keep(e, "environment", OfObservation, fields);
        Keep(e, "parentObservationId", OfObservation, fields);
        Prompt(e, fields);
        Metadata(e, OfObservation, fields);
        var isPoint = type == "event";
        var observation = new UpdatedFields(traceId, id, fields, IsComplete: end is not null || isPoint);

        // The trace is there even when nobody sends it, and lasts as long as what it holds.
        var root = new List<UpdatedField>();
        if (start is { } from)
        {
            root.Add(new(FirstStart, KeepsFirst: true, new(false, from, ""), Text(from)));
            if (e.Body.MemberText("name") is { } name && e.Body.Member("parentObservationId") is null)
            {
                root.Add(new(FirstName, KeepsFirst: true, new(false, from, id), Text(name)));
            }
        }

        if ((end ?? (isPoint ? start : null)) is { } to)
        {
            root.Add(new(LastEnd, KeepsFirst: false, new(false, to, ""), Text(to)));
        }

        return [observation, new(traceId, traceId, root, IsComplete: false)];
    }

    // A name and a version belong together; half a reference is none.
    private static void Prompt(IngestionEvent e, List<UpdatedField> fields)
    {
        if (e.Body.Member("promptName") is not null && e.Body.Member("promptVersion") is not null)
        {
            Copy(e, ["promptName", "promptVersion"], OfObservation, fields);
        }
    }

    private static void Tags(IngestionEvent e, List<UpdatedField> fields)
    {
        foreach (var tag in e.Body.Array("tags")?.EnumerateArray().Select(tag => tag.Text()).OfType<string>() ?? [])
        {
            fields.Add(First(Tag + tag, e, new("true")));
        }
    }

    // Each leaf is a field of its own: applied in order of rank they give what merging object by object would.
    private static void Metadata(IngestionEvent e, string of, List<UpdatedField> fields)
    {
        if (e.Body.Member("metadata") is not { } metadata)
        {
            return;
        }

        var prefix = of + MetadataOf;
        if (metadata.ValueKind == JsonValueKind.Object)
        {
            Leaves(e, metadata, prefix, depth: 0, fields);
        }
        else
        {
            fields.Add(Last(prefix + PathEnd + "metadata", e, Json(metadata)));
        }
    }

    private static void Leaves(IngestionEvent e, JsonElement value, string path, int depth, List<UpdatedField> fields)
    {
        foreach (var member in value.EnumerateObject())
        {
            var at = path + PathEnd + member.SafeName();
            if (
                member.Value.ValueKind == JsonValueKind.Object
                && depth < MaxDepth
                && member.Value.EnumerateObject().Take(MaxMembers + 1).Count() is > 0 and <= MaxMembers
            )
            {
                Leaves(e, member.Value, at, depth + 1, fields);
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                fields.Add(Last(at, e, Json(member.Value)));
            }
        }
    }

    // What is missing, null, or an empty map says nothing.
    private static void Copy(IngestionEvent e, ReadOnlySpan<string> names, string of, List<UpdatedField> fields)
    {
        foreach (var name in names)
        {
            if (e.Body.Member(name) is { } value && !(value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any()))
            {
                fields.Add(Last(of + name, e, Json(value)));
            }
        }
    }

    private static void Keep(IngestionEvent e, string name, string of, List<UpdatedField> fields)
    {
        if (e.Body.Member(name) is { } value)
        {
            fields.Add(First(of + name, e, Json(value)));
        }
    }

    private static UpdatedField First(string name, IngestionEvent e, JsonText value) => new(name, KeepsFirst: true, e.Rank, value);

    private static UpdatedField Last(string name, IngestionEvent e, JsonText value) => new(name, KeepsFirst: false, e.Rank, value);

    private static JsonText Json(JsonElement value) => value.Raw();

    private static JsonText Text(long number) => new(number.ToString(CultureInfo.InvariantCulture));

    private static JsonText Text(string text) => new(JsonSerializer.Serialize(text));
}

/// <summary>Names of the fields that events are merged by.</summary>
internal static class FieldNames
{
    public const string OfTrace = "trace.";
    public const string OfObservation = "observation.";

    /// <summary>Before a path within metadata, each of whose steps begins with <see cref="PathEnd"/>.</summary>
    public const string MetadataOf = "metadata";

    public const string PathEnd = "\u001f";
    public const string Tag = "tag.";
    public const string TraceSent = "trace-sent";
    public const string Received = "received";
    public const string FirstStart = "first-start";
    public const string FirstName = "first-name";
    public const string LastEnd = "last-end";

    private static readonly string[] Words = ["name", "input", "output", "statusMessage", "modelParameters", "externalId"];

    /// <summary>Where people's words may stand in a field; null for ids, times, numbers and names of things.</summary>
    public static FieldWords? WordsOf(string name)
    {
        if (name.StartsWith(Tag, StringComparison.Ordinal))
        {
            return new("tags", Tag.Length);
        }

        if (name is OfTrace + "sessionId" or OfTrace + "userId")
        {
            return new(name == OfTrace + "userId" ? "user" : "session", name.Length, IsId: true);
        }

        if (name == FirstName)
        {
            return new("name", name.Length);
        }

        foreach (var of in (ReadOnlySpan<string>)[OfObservation, OfTrace])
        {
            if (name.StartsWith(of + MetadataOf + PathEnd, StringComparison.Ordinal))
            {
                return new("metadata", of.Length + MetadataOf.Length + PathEnd.Length);
            }

            if (name.StartsWith(of, StringComparison.Ordinal) && Words.Contains(name[of.Length..]))
            {
                return new(name[of.Length..], name.Length);
            }
        }

        return null;
    }
}
