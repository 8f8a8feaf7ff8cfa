using LlmObs.Domain.Spans;

namespace LlmObs.Ingest.Mapping;

/// <summary>Records that a mapper did not take, with the reasons of the first few. Their neighbours are kept.</summary>
internal sealed class Rejections
{
    private const int MaxReasons = 5;

    private readonly List<string> _reasons = [];

    public int Count { get; private set; }

    /// <summary>The reasons in one text, or null when nothing was rejected.</summary>
    public string? Message => Count == 0 ? null : string.Join(" ", _reasons) + (Count > _reasons.Count ? $" And {Count - _reasons.Count} more." : "");

    public void Add(string where, string reason)
    {
        Count++;
        if (_reasons.Count < MaxReasons)
        {
            _reasons.Add($"{where}: {reason}.");
        }
    }
}

/// <summary>The spans of a request.</summary>
internal sealed record MappedSpans(IReadOnlyList<SpanRecord> Accepted, Rejections Rejected);

/// <summary>The log records of a request: those that belong to a span, and how many were only counted.</summary>
internal sealed record MappedLogs(IReadOnlyList<LateContent> LateContents, int Counted, Rejections Rejected);
