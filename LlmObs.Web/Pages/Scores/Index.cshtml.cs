using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Cases;
using LlmObs.Storage.Reading;
using LlmObs.Web.Cases;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Scores;

/// <summary>One judgement: what was said, by whom, of what, and everything that came with it.</summary>
public sealed class IndexModel(ScoreReader scores, TraceReader traces, CaseReader cases, CurrentProject current) : PageModel
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public Score Score { get; private set; } = null!;

    /// <summary>Null when it judges no trace of its own, or the trace is not kept.</summary>
    public TraceLook? Look { get; private set; }

    /// <summary>The step it judges; null for a whole trace.</summary>
    public Span? Span { get; private set; }

    /// <summary>Cases its trace belongs to.</summary>
    public IReadOnlyList<CaseRow> Cases { get; private set; } = [];

    /// <summary>Indented JSON; null without any.</summary>
    public string? Metadata { get; private set; }

    /// <summary>How its SQL ran, or the rules its data was held against; null for other scores.</summary>
    public SqlScore? Sql { get; private set; }

    /// <summary>The trace, of the stack's own project, in which a judge was asked; null when none was.</summary>
    public string? JudgeTrace { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? id, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(id) || await scores.FindAsync(current.Id, id, cancellationToken) is not { } score)
        {
            return NotFound();
        }

        Score = score;
        ReadMetadata(score.Metadata);
        Sql = score.Name is ScoreNames.SqlExecutable or ScoreNames.DataValid ? SqlScore.Read(score.Metadata) : null;
        if (score.TraceId is { } traceId)
        {
            Look = await TraceLook.ReadAsync(traces, current.Id, traceId, cancellationToken);
            Span = score.SpanId is { } spanId ? (await traces.SpanAsync(current.Id, traceId, spanId, cancellationToken))?.Span : null;
            Cases = await cases.OfTraceAsync(current.Id, traceId, cancellationToken);
        }

        return Page();
    }

    private void ReadMetadata(JsonText metadata)
    {
        if (metadata.IsNull)
        {
            return;
        }

        using var document = metadata.Parse();
        Metadata = JsonSerializer.Serialize(document.RootElement, Indented);
        JudgeTrace =
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("judge_trace", out var trace)
            && trace.ValueKind == JsonValueKind.String
                ? trace.GetString()
                : null;
    }
}
