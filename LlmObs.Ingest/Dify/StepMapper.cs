using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;
using StatusCode = LlmObs.Ingest.Otlp.Protos.Status.Types.StatusCode;

namespace LlmObs.Ingest.Dify;

/// <summary>Merged fields of a step → span: as the OTLP span they describe, read by the same rules as any.</summary>
internal sealed class StepMapper(IOptions<IngestOptions> options)
{
    private const string Scope = "dify";
    private static readonly string[] Cuttable = [DifyAttributes.Input, DifyAttributes.Output, DifyAttributes.ProcessData];

    public SpanRecord Map(UpdatedFields fields)
    {
        var said = fields.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        var (start, end, hasEnd) = Times(said);
        var span = new OtlpSpan
        {
            Name = Text(said, StepNames.Name) ?? "workflow",
            StartTimeUnixNano = (ulong)Math.Max(0, start) * 1000,
            EndTimeUnixNano = (ulong)Math.Max(0, end) * 1000,
            Status = new() { Code = Status(said), Message = Text(said, StepNames.Message) ?? "" },
        };
        foreach (var field in fields.Fields.Where(field => field.Name.StartsWith(StepNames.Attribute, StringComparison.Ordinal)))
        {
            span.Attributes.Add(new KeyValue { Key = field.Name[StepNames.Attribute.Length..], Value = Value(field) });
        }

        var origin = new SpanOrigin(ResourceContext.From(null, options.Value), Scope, "", (long)span.StartTimeUnixNano);
        var record = new SpanReading(span, origin, new Cleaning(options.Value)).Record();
        return record with
        {
            Span = record.Span with
            {
                TraceId = fields.TraceId,
                SpanId = fields.SpanId,
                ParentSpanId = Text(said, StepNames.Parent),
                // Dify says how a step ended; an output alone does not make a running one done.
                Status = Status(said) == StatusCode.Unset ? SpanStatus.Unset : record.Span.Status,
            },
            Content = record.Content with { Notes = [.. record.Content.Notes, .. Notes(said, hasEnd)] },
        };
    }

    // Microseconds. A step whose own times nobody told lasts as long as what it holds.
    private static (long Start, long End, bool HasEnd) Times(Dictionary<string, UpdatedField> said)
    {
        var start = Micros(said, StepNames.Start) ?? Micros(said, StepNames.FirstStart) ?? 0;
        var end = Micros(said, StepNames.End) ?? (said.ContainsKey(StepNames.Start) ? null : Micros(said, StepNames.LastEnd));
        return (start, Math.Max(start, end ?? start), end is not null);
    }

    private static IEnumerable<string> Notes(Dictionary<string, UpdatedField> said, bool hasEnd)
    {
        if (!hasEnd)
        {
            yield return "It has not ended, as far as Dify has told.";
        }

        if (said.ContainsKey(StepNames.Attribute + DifyAttributes.Cut) && Cuttable.Any(name => IsGuessed(said, name)))
        {
            yield return "Dify's database holds a cut copy of a value; the whole is a file in Dify's storage.";
        }
    }

    private static bool IsGuessed(Dictionary<string, UpdatedField> said, string attribute) =>
        said.TryGetValue(StepNames.Attribute + attribute, out var field) && field.Rank == StepFields.Guessed;

    private static StatusCode Status(Dictionary<string, UpdatedField> said) =>
        Text(said, StepNames.Status) switch
        {
            "error" => StatusCode.Error,
            "ok" => StatusCode.Ok,
            _ => StatusCode.Unset,
        };

    private static AnyValue Value(UpdatedField field)
    {
        using var document = field.Value.Parse();
        return document.RootElement.ValueKind switch
        {
            System.Text.Json.JsonValueKind.Number when document.RootElement.TryGetInt64(out var whole) => new() { IntValue = whole },
            System.Text.Json.JsonValueKind.Number => new() { DoubleValue = document.RootElement.GetDouble() },
            _ => new() { StringValue = document.RootElement.Text() },
        };
    }

    private static long? Micros(Dictionary<string, UpdatedField> said, string name) =>
        said.TryGetValue(name, out var field) && long.TryParse(field.Value.Text, out var micros) ? micros : null;

    private static string? Text(Dictionary<string, UpdatedField> said, string name)
    {
        if (!said.TryGetValue(name, out var field))
        {
            return null;
        }

        using var document = field.Value.Parse();
        return document.RootElement.Text();
    }
}
