using System.Text.RegularExpressions;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Fields;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;
using StatusCode = LlmObs.Ingest.Otlp.Protos.Status.Types.StatusCode;

namespace LlmObs.Ingest.Mapping;

/// <summary>How a span ended, from status, attributes and exception events together: libraries differ in which of them they set.</summary>
internal sealed partial record SpanOutcome(SpanStatus Status, string? Message, string? ErrorType)
{
    public static SpanOutcome Of(OtlpSpan span, AttributeMap attributes, SpanKind kind, bool hasOutput, Cleaning cleaning)
    {
        var exception = span.Events.LastOrDefault(e => e.Name == GenAiNames.Events.Exception) is { } last ? new AttributeMap(last.Attributes) : null;
        var failed = span.Status?.Code == StatusCode.Error
            || attributes.Text("langfuse.observation.level") is "ERROR"
            || attributes.Text("genkit:state") is "error"
            || attributes.Has(GenAiNames.ErrorType)
            || (exception is not null && kind is (SpanKind.Llm or SpanKind.Tool) && span.Status?.Code != StatusCode.Ok);
        if (!failed)
        {
            var isOk = span.Status?.Code == StatusCode.Ok || hasOutput;
            return new(isOk ? SpanStatus.Ok : SpanStatus.Unset, null, null);
        }

        var message = span.Status?.Message is { Length: > 0 } own
            ? cleaning.Text(own, "status.message")
            : attributes.Text(FieldTables.ErrorMessages) ?? exception?.Text(GenAiNames.ExceptionMessage);
        var type = attributes.Text(GenAiNames.ErrorType) ?? exception?.Text(GenAiNames.ExceptionType) ?? TypeIn(message);
        return new(SpanStatus.Error, message, type);
    }

    // "ValueError: could not convert …"
    private static string? TypeIn(string? message) =>
        message is not null && ErrorClass().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"^([A-Za-z_][\w.]{0,100}(?:Error|Exception))\s*:", RegexOptions.NonBacktracking)]
    private static partial Regex ErrorClass();
}
