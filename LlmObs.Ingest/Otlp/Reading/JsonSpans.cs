using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>The members of a traces request.</summary>
internal static class JsonSpans
{
    public static void Request(ref JsonCursor cursor, ExportTraceServiceRequest request, string name)
    {
        if (name == "resourceSpans")
        {
            cursor.Array(
                request,
                static (ref JsonCursor c, ExportTraceServiceRequest target) =>
                {
                    var item = new ResourceSpans();
                    c.Object(item, ResourceSpans);
                    target.ResourceSpans.Add(item);
                }
            );
        }
    }

    private static void ResourceSpans(ref JsonCursor cursor, ResourceSpans target, string name)
    {
        switch (name)
        {
            case "resource":
                target.Resource = JsonCommon.Resource(ref cursor);
                break;
            case "scopeSpans":
                cursor.Array(
                    target,
                    static (ref JsonCursor c, ResourceSpans into) =>
                    {
                        var item = new ScopeSpans();
                        c.Object(item, ScopeSpans);
                        into.ScopeSpans.Add(item);
                    }
                );
                break;
        }
    }

    private static void ScopeSpans(ref JsonCursor cursor, ScopeSpans target, string name)
    {
        switch (name)
        {
            case "scope":
                target.Scope = JsonCommon.Scope(ref cursor);
                break;
            case "spans":
                cursor.Array(
                    target,
                    static (ref JsonCursor c, ScopeSpans into) =>
                    {
                        var span = new Span();
                        c.Object(span, Span);
                        into.Spans.Add(span);
                    }
                );
                break;
        }
    }

    private static void Span(ref JsonCursor cursor, Span span, string name)
    {
        switch (name)
        {
            case "traceId":
                span.TraceId = cursor.Id(Ids.TraceBytes);
                break;
            case "spanId":
                span.SpanId = cursor.Id(Ids.SpanBytes);
                break;
            case "parentSpanId":
                span.ParentSpanId = cursor.Id(Ids.SpanBytes);
                break;
            case "traceState":
                span.TraceState = cursor.String();
                break;
            case "name":
                span.Name = cursor.String();
                break;
            case "kind":
                span.Kind = cursor.Enum<Span.Types.SpanKind>("SPAN_KIND_");
                break;
            case "startTimeUnixNano":
                span.StartTimeUnixNano = cursor.Unsigned64();
                break;
            case "endTimeUnixNano":
                span.EndTimeUnixNano = cursor.Unsigned64();
                break;
            case "attributes":
                JsonCommon.Attributes(ref cursor, span.Attributes);
                break;
            case "droppedAttributesCount":
                span.DroppedAttributesCount = cursor.Unsigned32();
                break;
            case "events":
                cursor.Array(span, Event);
                break;
            case "droppedEventsCount":
                span.DroppedEventsCount = cursor.Unsigned32();
                break;
            case "links":
                cursor.Array(span, Link);
                break;
            case "droppedLinksCount":
                span.DroppedLinksCount = cursor.Unsigned32();
                break;
            case "status":
                span.Status = new Status();
                cursor.Object(span.Status, Status);
                break;
        }
    }

    private static void Event(ref JsonCursor cursor, Span span)
    {
        var item = new Span.Types.Event();
        cursor.Object(
            item,
            static (ref JsonCursor c, Span.Types.Event target, string name) =>
            {
                switch (name)
                {
                    case "timeUnixNano":
                        target.TimeUnixNano = c.Unsigned64();
                        break;
                    case "name":
                        target.Name = c.String();
                        break;
                    case "attributes":
                        JsonCommon.Attributes(ref c, target.Attributes);
                        break;
                    case "droppedAttributesCount":
                        target.DroppedAttributesCount = c.Unsigned32();
                        break;
                }
            }
        );
        span.Events.Add(item);
    }

    private static void Link(ref JsonCursor cursor, Span span)
    {
        var item = new Span.Types.Link();
        cursor.Object(
            item,
            static (ref JsonCursor c, Span.Types.Link target, string name) =>
            {
                switch (name)
                {
                    case "traceId":
                        target.TraceId = c.Id(Ids.TraceBytes);
                        break;
                    case "spanId":
                        target.SpanId = c.Id(Ids.SpanBytes);
                        break;
                    case "traceState":
                        target.TraceState = c.String();
                        break;
                    case "attributes":
                        JsonCommon.Attributes(ref c, target.Attributes);
                        break;
                }
            }
        );
        span.Links.Add(item);
    }

    private static void Status(ref JsonCursor cursor, Status status, string name)
    {
        switch (name)
        {
            case "code":
                status.Code = cursor.Enum<Status.Types.StatusCode>("STATUS_CODE_");
                break;
            case "message":
                status.Message = cursor.String();
                break;
        }
    }
}
