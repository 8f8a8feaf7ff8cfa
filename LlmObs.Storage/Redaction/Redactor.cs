using LlmObs.Domain;
using LlmObs.Domain.Redaction;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Redaction;

/// <summary>Redacts what comes through the door, or only counts what it would redact.</summary>
public sealed class Redactor(IOptions<RedactionOptions> options, RedactionCounts counts)
{
    private readonly RedactionMode mode = options.Value.Mode;
    private readonly SpanRedactor redactor = options.Value.Redactor();

    public SpanBatch Redact(SpanBatch batch)
    {
        if (mode == RedactionMode.Off)
        {
            return batch;
        }

        var spans = batch.Spans.Select(record => Span(batch.Project, record)).ToList();
        var late = batch.LateContents.Select(content => Late(batch.Project, content)).ToList();
        return mode == RedactionMode.On ? batch with { Spans = spans, LateContents = late } : batch;
    }

    /// <inheritdoc cref="SpanRedactor.Redact(UpdatedFields, Func{string, FieldWords?})"/>
    public UpdatedFields Redact(Project project, UpdatedFields update, Func<string, FieldWords?> wordsOf)
    {
        // A dry run counts once, where the span is made.
        if (mode != RedactionMode.On)
        {
            return update;
        }

        var (clean, finds) = redactor.Redact(update, wordsOf);
        Count(project, finds, update.TraceId, update.SpanId);
        return clean;
    }

    public Score Redact(Project project, Score score)
    {
        if (mode == RedactionMode.Off)
        {
            return score;
        }

        var (clean, finds) = redactor.Redact(score);
        Count(project, finds, score.TraceId ?? "", score.SpanId ?? "");
        return mode == RedactionMode.On ? clean : score;
    }

    private SpanRecord Span(Project project, SpanRecord record)
    {
        var (clean, finds) = redactor.Redact(record);
        if (finds.Count == 0)
        {
            return record;
        }

        Count(project, finds, record.Span.TraceId, record.Span.SpanId);
        var rules = finds.CountBy(find => find.Rule).Select(rule => $"{rule.Value} × {rule.Key}");
        return clean with
        {
            Content = clean.Content with { Notes = [.. clean.Content.Notes, $"Redacted before it was stored: {string.Join(", ", rules)}."] },
        };
    }

    private LateContent Late(Project project, LateContent content)
    {
        var (clean, finds) = redactor.Redact(content);
        Count(project, finds, content.TraceId, content.SpanId);
        return clean;
    }

    private void Count(Project project, IReadOnlyList<RedactionFind> finds, string traceId, string spanId)
    {
        foreach (var find in finds)
        {
            counts.Add(project, find, mode == RedactionMode.DryRun, traceId, spanId);
        }
    }
}
