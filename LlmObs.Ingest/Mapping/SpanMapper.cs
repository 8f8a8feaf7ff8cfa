using Google.Protobuf.Collections;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;

namespace LlmObs.Ingest.Mapping;

/// <summary>OTLP spans → ours. A span that cannot be kept is rejected alone, with the reason.</summary>
internal sealed class SpanMapper(IOptions<IngestOptions> options, TimeProvider time)
{
    public MappedSpans Map(RepeatedField<ResourceSpans> batch)
    {
        var receivedUnixNano = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var accepted = new List<SpanRecord>();
        var rejected = new Rejections();
        for (var r = 0; r < batch.Count; r++)
        {
            var resource = ResourceContext.From(batch[r].Resource, options.Value);
            for (var s = 0; s < batch[r].ScopeSpans.Count; s++)
            {
                var scope = batch[r].ScopeSpans[s];
                var from = new SpanOrigin(resource, scope.Scope?.Name ?? "", scope.Scope?.Version ?? "", receivedUnixNano);
                for (var i = 0; i < scope.Spans.Count; i++)
                {
                    if (Fault(scope.Spans[i]) is { } fault)
                    {
                        rejected.Add($"resourceSpans[{r}].scopeSpans[{s}].spans[{i}]", fault);
                    }
                    else if (!IsPlaceholder(scope.Spans[i]))
                    {
                        accepted.Add(new SpanReading(scope.Spans[i], from, new Cleaning(options.Value)).Record());
                    }
                }
            }
        }

        return new(accepted, rejected);
    }

    // Logfire announces a span before it ends; the span itself comes later, under an id of its own.
    private static bool IsPlaceholder(OtlpSpan span) =>
        span.Attributes.Any(attribute => attribute.Key == PydanticKeys.SpanType && attribute.Value?.StringValue == "pending_span");

    private static string? Fault(OtlpSpan span) =>
        Ids.Fault(span.TraceId, Ids.TraceBytes, "traceId") ?? Ids.Fault(span.SpanId, Ids.SpanBytes, "spanId");
}

/// <summary>Where spans come from, read once for all that share it.</summary>
internal sealed record SpanOrigin(ResourceContext Resource, string ScopeName, string ScopeVersion, long ReceivedUnixNano);

/// <summary>A resource's attributes, as a map and as the JSON that every span of it keeps.</summary>
internal sealed record ResourceContext(AttributeMap Attributes, JsonText Json, IReadOnlyList<string> Notes)
{
    public static ResourceContext From(Resource? resource, IngestOptions limits)
    {
        if (resource is null)
        {
            return new(AttributeMap.Empty, JsonText.EmptyObject, []);
        }

        var cleaning = new Cleaning(limits);
        cleaning.Attributes(resource.Attributes, "resource");
        var attributes = new AttributeMap(resource.Attributes);
        return new(attributes, AttributeJson.Write(attributes), cleaning.Notes);
    }
}
