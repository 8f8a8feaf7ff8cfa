using System.Text.Json;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Dify;

/// <summary>A span that Dify's instrumentation or one of its OTLP providers may have sent, with the attributes they use.</summary>
internal sealed class DifySpan(SpanRecord record)
{
    private static readonly string[] Marks = ["dify", "node_type", "execution_id", "workflow_run_id"];

    private readonly JsonElement attributes = DifyJson.Parse(record.Content.Attributes.Text) ?? default;

    public SpanRecord Record => record;

    public Span Span => record.Span;

    /// <summary>Phoenix and the providers like it put what Dify knows of a step into one JSON text.</summary>
    public JsonElement? Metadata => field ??= DifyJson.Object(Text("metadata"));

    public string? Input => NullIfEmpty(Text(DifyAttributes.Input));

    public string? Output => NullIfEmpty(Text(DifyAttributes.Output));

    public DateTimeOffset Start { get; } = DateTimeOffset.UnixEpoch.AddTicks(record.Span.StartUnixNano / 100);

    public DateTimeOffset End { get; } = DateTimeOffset.UnixEpoch.AddTicks(record.Span.EndUnixNano / 100);

    /// <summary>Cheap, and true of every span of Dify's.</summary>
    public static bool MayBe(SpanRecord record) =>
        record.Content.Attributes.Text is { } text && Marks.Any(mark => text.Contains(mark, StringComparison.Ordinal));

    public string? Text(string attribute) => attributes.Text(attribute) is { Length: > 0 } text ? text : null;

    public Guid? Id(string attribute) => attributes.Id(attribute);

    public decimal? Number(string attribute) => attributes.Number(attribute);

    /// <summary>Of the metadata.</summary>
    public string? Said(string name) => Metadata?.Text(name) is { Length: > 0 } text ? text : null;

    public Guid? SaidId(string name) => Metadata?.Id(name);

    private static string? NullIfEmpty(string? text) => text is "{}" or "[]" or "null" ? null : text;
}
