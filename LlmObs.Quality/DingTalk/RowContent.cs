using LlmObs.Domain;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Evaluators;
using LlmObs.Storage.Labels;

namespace LlmObs.Quality.DingTalk;

/// <summary>What a row shows to be judged by, besides the question.</summary>
/// <param name="Sql">The statement that the last model call wrote.</param>
/// <param name="Answer">What the user got.</param>
public sealed record RowContent(string? Sql, string? Answer)
{
    /// <summary>Characters of a cell; the item's page has the rest.</summary>
    public const int MaxCell = 5_000;
}

/// <summary>Reads it from the record of truth.</summary>
public sealed class RowContentReader(SubjectReader subjects)
{
    private const int MostSpans = 5_000;

    /// <summary>By item; one whose trace is no longer kept is not among them.</summary>
    public async Task<IReadOnlyDictionary<long, RowContent>> ReadAsync(
        Project project,
        IReadOnlyCollection<LabelItem> items,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<long, RowContent>();
        foreach (var item in items)
        {
            if (await SpanAsync(project, item, cancellationToken) is { } span)
            {
                foreach (var subject in await subjects.ReadAsync(project, [span], cancellationToken))
                {
                    found[item.Id] = new(Cut(subject.Sql), Cut(subject.Answer));
                }
            }
        }

        return found;
    }

    private async Task<SpanRef?> SpanAsync(Project project, LabelItem item, CancellationToken cancellationToken)
    {
        if (item.SpanId is { } spanId)
        {
            return new(item.TraceId, spanId);
        }

        var spans = await subjects.OfTracesAsync(project.Id, [item.TraceId], MostSpans, cancellationToken);
        var top = spans.FirstOrDefault(span => span.IsRoot) ?? (spans is [var first, ..] ? first : null);
        return top?.Ref;
    }

    private static string? Cut(string? text) =>
        text is not { Length: > RowContent.MaxCell }
            ? text
            : text[..(char.IsHighSurrogate(text[RowContent.MaxCell - 1]) ? RowContent.MaxCell - 1 : RowContent.MaxCell)] + "…";
}
