namespace LlmObs.Ingest.Otlp;

/// <summary>What became of an export: taken whole, taken in part (rejected with a message), or refused.</summary>
internal sealed record ExportResult(long Rejected = 0, string? Message = null, Refusal? Refusal = null)
{
    public static readonly ExportResult Success = new();

    public static ExportResult Refused(RefusalReason reason, string message) => new(Refusal: new(reason, message));
}
