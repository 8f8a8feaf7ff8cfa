using System.Globalization;
using System.Text.Json;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Langfuse;

/// <summary>One event of an ingestion batch, its envelope read.</summary>
internal sealed record IngestionEvent(string Id, string Type, long UnixMicros, JsonElement Body)
{
    private const int MaxId = 800;

    public UpdateRank Rank => new(Type.EndsWith("-update", StringComparison.Ordinal), UnixMicros, Id);

    /// <summary>Reads an envelope. Throws nothing; what is wrong is said.</summary>
    public static (IngestionEvent? Event, string Id, string? Fault) Read(JsonElement sent)
    {
        if (sent.ValueKind != JsonValueKind.Object)
        {
            return (null, "unknown", "an event is a JSON object");
        }

        var id = sent.Member("id") is { ValueKind: JsonValueKind.String } text ? sent.MemberText("id") ?? "" : "";
        if (id.Length is 0 or > MaxId || id.Contains('\r', StringComparison.Ordinal))
        {
            return (null, "unknown", $"id: a text of 1 to {MaxId} characters is needed");
        }

        if (sent.MemberText("type") is not { } type)
        {
            return (null, id, "type: is missing");
        }

        if (Micros(sent.MemberText("timestamp")) is not { } at)
        {
            return (null, id, "timestamp: an ISO 8601 time with offset is needed");
        }

        return sent.Member("body") is { ValueKind: JsonValueKind.Object } body
            ? (new(id, type, at, body), id, null)
            : (null, id, "body: a JSON object is needed");
    }

    /// <summary>Microseconds since 1970 of an ISO 8601 time; null when it is none.</summary>
    public static long? Micros(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (at - DateTimeOffset.UnixEpoch).Ticks / 10
            : null;
}
