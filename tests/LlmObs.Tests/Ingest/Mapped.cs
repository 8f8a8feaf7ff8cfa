using Google.Protobuf;
using LlmObs.Domain.Spans;
using LlmObs.Ingest;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;

namespace LlmObs.Tests.Ingest;

/// <summary>One span through the mapper.</summary>
internal static class Mapped
{
    public static SpanRecord Map(params (string Key, object Value)[] attributes) => Map(Spans.With(attributes));

    public static SpanRecord Map(OtlpSpan span, IngestOptions? options = null, Resource? resource = null, string scope = "") =>
        Assert.Single(MapAll(span, options, resource, scope));

    /// <summary>None for a span that is dropped on purpose.</summary>
    public static IReadOnlyList<SpanRecord> MapAll(OtlpSpan span, IngestOptions? options = null, Resource? resource = null, string scope = "")
    {
        // The mapper cleans in place: a span may be mapped twice in one test.
        var batch = new ResourceSpans
        {
            Resource = resource,
            ScopeSpans =
            {
                new ScopeSpans
                {
                    Scope = new InstrumentationScope { Name = scope },
                    Spans = { span.Clone() },
                },
            },
        };
        var mapped = new SpanMapper(Options.Create(options ?? new()), TimeProvider.System).Map([batch]);
        Assert.Equal(0, mapped.Rejected.Count);
        return mapped.Accepted;
    }
}

/// <summary>Builds spans from pairs.</summary>
internal static class Spans
{
    public static OtlpSpan With(params (string Key, object Value)[] attributes) =>
        new()
        {
            TraceId = ByteString.CopyFrom(Convert.FromHexString("0af7651916cd43dd8448eb211c80319c")),
            SpanId = ByteString.CopyFrom(Convert.FromHexString("b7ad6b7169203331")),
            Name = "a span",
            StartTimeUnixNano = 1_795_421_229_000_000_000,
            EndTimeUnixNano = 1_795_421_230_000_000_000,
            Attributes = { attributes.Select(pair => Pair(pair.Key, pair.Value)) },
        };

    /// <summary>One of several spans of a trace; ids are short and hex.</summary>
    public static OtlpSpan Child(string id, string? parent, params (string Key, object Value)[] attributes)
    {
        var span = With(attributes);
        span.SpanId = Id(id);
        span.ParentSpanId = parent is null ? ByteString.Empty : Id(parent);
        return span;
    }

    public static OtlpSpan.Types.Event Event(string name, params (string Key, object Value)[] attributes) =>
        new()
        {
            Name = name,
            TimeUnixNano = 1_795_421_229_000_000_000,
            Attributes = { attributes.Select(pair => Pair(pair.Key, pair.Value)) },
        };

    public static KeyValue Pair(string key, object value) => new() { Key = key, Value = Value(value) };

    private static AnyValue Value(object value) =>
        value switch
        {
            int number => new AnyValue { IntValue = number },
            double number => new AnyValue { DoubleValue = number },
            string[] texts => new AnyValue { ArrayValue = new ArrayValue { Values = { texts.Select(Value) } } },
            var text => new AnyValue { StringValue = (string)text },
        };

    private static ByteString Id(string id) => ByteString.CopyFrom(Convert.FromHexString(id.PadLeft(16, '0')));
}
