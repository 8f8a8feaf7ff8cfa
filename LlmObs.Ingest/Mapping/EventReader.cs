using Google.Protobuf.Collections;
using LlmObs.Domain;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;
using OtlpEvent = LlmObs.Ingest.Otlp.Protos.Span.Types.Event;

namespace LlmObs.Ingest.Mapping;

/// <summary>A span's events: kept as they are, and read for the content that GenAI libraries put into them.</summary>
internal static class EventReader
{
    public static (IReadOnlyList<SpanEvent> Events, GenAiContent Told) Read(RepeatedField<OtlpEvent> events, Cleaning cleaning)
    {
        if (events.Count == 0)
        {
            return ([], GenAiContent.Nothing);
        }

        var kept = new List<SpanEvent>(events.Count);
        var told = GenAiContent.Nothing;
        foreach (var sent in events)
        {
            Vectors.Cut(sent.Attributes, cleaning);
            cleaning.Attributes(sent.Attributes, "event");
            var name = cleaning.Text(sent.Name, "event name");
            var attributes = new AttributeMap(sent.Attributes);
            var json = AttributeJson.Write(attributes);
            kept.Add(new(name, Math.Max(0, SpanTimes.Signed(sent.TimeUnixNano)), json));
            if (name.StartsWith("gen_ai.", StringComparison.Ordinal) || name is GenAiNames.Events.DbQueryResult or GenAiNames.Events.DbSearchResult)
            {
                told = Join(told, Told(name, attributes, json));
            }
        }

        return (kept, told);
    }

    private static GenAiContent Told(string name, AttributeMap attributes, JsonText json)
    {
        using var body = json.Parse();
        return GenAiContent.FromEvent(name, attributes, body.RootElement);
    }

    private static GenAiContent Join(GenAiContent first, GenAiContent next) =>
        new(
            [.. first.Messages, .. next.Messages],
            first.Tools.Count > 0 ? first.Tools : next.Tools,
            first.Usage ?? next.Usage,
            first.ErrorType ?? next.ErrorType,
            first.ErrorMessage ?? next.ErrorMessage,
            [.. first.FinishReasons, .. next.FinishReasons],
            [.. first.Documents, .. next.Documents]
        );
}
