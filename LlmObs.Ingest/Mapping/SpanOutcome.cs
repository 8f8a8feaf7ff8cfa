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
    private static readonly Precedence MastraStatus = Precedence.Of(MastraKeys.Status);
    private static readonly Precedence StatusCodes = Precedence.Of(ApplicationKeys.HttpStatus);

    public static SpanOutcome Of(OtlpSpan span, AttributeMap attributes, SpanKind kind, string scope, bool hasOutput, Cleaning cleaning)
    {
        var exception = span.Events.LastOrDefault(e => e.Name == GenAiNames.Events.Exception) is { } last ? new AttributeMap(last.Attributes) : null;
        var isLangSmith = scope == "langsmith";
        var failed =
            span.Status?.Code == StatusCode.Error
            || attributes.Text(LangfuseKeys.Level) is "ERROR"
            || attributes.Text(GenkitKeys.State) is "error"
            || attributes.Has(GenAiNames.ErrorType)
            || attributes.Text(MastraStatus) is "failed"
            || (exception is not null && (isLangSmith || (kind is (SpanKind.Llm or SpanKind.Tool) && span.Status?.Code != StatusCode.Ok)));
        if (!failed)
        {
            var isOk = span.Status?.Code == StatusCode.Ok || hasOutput;
            return new(isOk ? SpanStatus.Ok : SpanStatus.Unset, null, null);
        }

        var message = span.Status?.Message is { Length: > 0 } own
            ? cleaning.Text(own, "status.message")
            : attributes.Text(FieldTables.ErrorMessages) ?? exception?.Text(GenAiNames.ExceptionMessage);
        var type =
            attributes.Text(GenAiNames.ErrorType) ?? exception?.Text(GenAiNames.ExceptionType) ?? TypeIn(message) ?? HttpStatus(attributes, message);
        return new(SpanStatus.Error, message, type);
    }

    // "ValueError: could not convert …"
    private static string? TypeIn(string? message) =>
        message is not null && ErrorClass().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    // By OpenTelemetry's convention the status code is the type of an error that has no other.
    private static string? HttpStatus(AttributeMap attributes, string? message) =>
        attributes.Text(StatusCodes) is { Length: 3 } code && code[0] is ('4' or '5') ? code
        : message is not null && LeadingStatus().Match(message) is { Success: true } match ? match.Groups[1].Value
        : null;

    // "429 Rate limit reached", "HTTP 500: …", "Error code: 429 - …"
    [GeneratedRegex(
        @"^(?:HTTP(?:/[\d.]+)?\s+|Error code:\s*|Status code:?\s*)?([45]\d\d)(?:[\s:,.-]|$)",
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase
    )]
    private static partial Regex LeadingStatus();

    [GeneratedRegex(@"^([A-Za-z_][\w.]{0,100}(?:Error|Exception))\s*:", RegexOptions.NonBacktracking)]
    private static partial Regex ErrorClass();
}
