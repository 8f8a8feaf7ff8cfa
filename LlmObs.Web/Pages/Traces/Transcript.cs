using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What one call of a model added to the conversation.</summary>
/// <param name="Cards">Messages not said by an earlier call, its answer last.</param>
/// <param name="Repeated">Messages it was given again.</param>
public sealed record TranscriptTurn(Span Span, IReadOnlyList<MessageCard> Cards, int Repeated);

/// <summary>The conversation across all model calls as one chat: what a later call repeats of an earlier one stands once.</summary>
/// <param name="From">The first call shown, in order of time.</param>
/// <param name="Calls">How many there are.</param>
public sealed record Transcript(IReadOnlyList<TranscriptTurn> Turns, int From, int Calls)
{
    public const int PageSize = 20;

    public int? Previous => From == 0 ? null : Math.Max(0, From - PageSize);

    public int? Next => From + PageSize < Calls ? From + PageSize : null;

    public static async Task<Transcript> ReadAsync(TraceReader traces, int projectId, TraceView view, int from, CancellationToken cancellationToken)
    {
        var calls = view
            .Tree.Rows.Where(node => node.Span.Kind == SpanKind.Llm)
            .OrderBy(node => node.Span.StartUnixNano)
            .Select(node => node.Ref)
            .ToList();
        from = Math.Clamp(from, 0, Math.Max(0, calls.Count - 1));
        var records = await traces.RecordsAsync(projectId, [.. calls.Skip(from).Take(PageSize)], cancellationToken);
        return new(TurnsOf([.. records.OrderBy(record => record.Span.StartUnixNano)]), from, calls.Count);
    }

    /// <summary>Every message of every call, without those that stood in a call before.</summary>
    public static IReadOnlyList<TranscriptTurn> TurnsOf(IReadOnlyList<SpanRecord> calls)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        var turns = new List<TranscriptTurn>();
        foreach (var call in calls)
        {
            var news = call.Content.Messages.Where(message => said.Add(Said(message))).ToList();
            turns.Add(new(call.Span, MessageCard.From(news), call.Content.Messages.Count - news.Count));
        }

        return turns;
    }

    // An answer comes back as input of the next call.
    private static string Said(Message message) =>
        message.Role + "\n" + string.Join('\n', message.Parts.Select(part => part.Type + "\n" + CardPart.TextOf(part)));
}
