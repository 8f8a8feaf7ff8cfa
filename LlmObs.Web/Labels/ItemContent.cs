using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Reading;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Web.Labels;

/// <summary>A value of a span, to be read by who judges it.</summary>
/// <param name="Error">What went wrong there; null when nothing did.</param>
public sealed record ItemValue(string SpanId, string Text, string? Error = null);

/// <summary>What somebody has to see of a request, or of one step of it, to judge it.</summary>
/// <param name="Sql">The last statement that ran well, else the last there was.</param>
/// <param name="Result">What that statement gave.</param>
/// <param name="Documents">What was retrieved, best first.</param>
/// <param name="Earlier">The turns of the conversation before it, oldest first: what a follow-up question goes back to.</param>
public sealed record ItemContent(
    TraceSummary Summary,
    string Question,
    ItemValue? Sql,
    ItemValue? Result,
    ItemValue? Answer,
    IReadOnlyList<RetrievedDocument> Documents,
    IReadOnlyList<Turn> Earlier
);

/// <summary>Picks it out of a trace: a handful of spans are read with their contents, however many there are.</summary>
public sealed class ItemContentReader(TraceReader traces, SessionReader sessions)
{
    private const int MaxDocuments = 10;
    private const int MaxRetrievals = 3;
    private const int MaxEarlierTurns = 5;
    private static readonly string[] StatementAttributes = ["db.query.text", "db.statement"];

    /// <summary>Null when the trace, or the span, is no longer kept.</summary>
    public async Task<ItemContent?> ReadAsync(int projectId, string traceId, string? spanId, CancellationToken cancellationToken)
    {
        var spans = await traces.SpansAsync(projectId, traceId, cancellationToken);
        if (spans.Count == 0)
        {
            return null;
        }

        var tree = TraceTree.Build(spans);
        var top = spanId is null ? tree.Roots[0] : tree.Rows.FirstOrDefault(node => node.Span.SpanId == spanId);
        if (top is null)
        {
            return null;
        }

        var within = spanId is null ? spans : [.. Below(top).Select(node => node.Span).OrderBy(span => span.StartUnixNano)];
        var summary = TraceRollup.Summarise(tree);
        var model = await LastAsync(span => span.Kind == SpanKind.Llm);
        var statement = await StatementAsync();
        var whole = await RecordAsync(top.Span);
        var documents = new List<RetrievedDocument>();
        foreach (var retrieval in within.Where(span => span.Kind is SpanKind.Retriever or SpanKind.Reranker).TakeLast(MaxRetrievals))
        {
            documents.AddRange((await RecordAsync(retrieval))?.Content.Documents ?? []);
        }

        return new(
            summary,
            top.Span.Question ?? summary.Question ?? summary.Name,
            statement is null ? SqlOf(model) : StatementOf(statement),
            statement?.Content.Output is { Length: > 0 } output ? new(statement.Span.SpanId, output) : null,
            (whole is null ? null : AnswerOf(whole)) ?? (model is null ? null : AnswerOf(model)),
            [.. documents.DistinctBy(document => document.Id ?? document.Content).OrderByDescending(document => document.Score).Take(MaxDocuments)],
            await EarlierAsync(projectId, summary, cancellationToken)
        );

        Task<SpanRecord?> RecordAsync(Span span) => traces.SpanAsync(projectId, traceId, span.SpanId, cancellationToken);

        async Task<SpanRecord?> LastAsync(Func<Span, bool> isWanted) => within.LastOrDefault(isWanted) is { } found ? await RecordAsync(found) : null;

        async Task<SpanRecord?> StatementAsync() =>
            await LastAsync(span => span is { Kind: SpanKind.Db, Status: not SpanStatus.Error }) ?? await LastAsync(span => span.Kind == SpanKind.Db);
    }

    private async Task<IReadOnlyList<Turn>> EarlierAsync(int projectId, TraceSummary summary, CancellationToken cancellationToken)
    {
        if (summary.SessionId is not { } session)
        {
            return [];
        }

        var before = (int)await sessions.TurnsBeforeAsync(projectId, session, summary.TraceId, cancellationToken);
        var count = Math.Min(before, MaxEarlierTurns);
        return count == 0 ? [] : (await sessions.ReadAsync(projectId, session, before - count, count, cancellationToken))?.Turns ?? [];
    }

    private static IEnumerable<TraceNode> Below(TraceNode node) => node.Children.SelectMany(Below).Prepend(node);

    private static ItemValue? StatementOf(SpanRecord record)
    {
        var members = SpanPanel.Members(record.Content.Attributes);
        var error = record.Span.Status == SpanStatus.Error ? record.Span.StatusMessage ?? record.Span.ErrorType ?? "" : null;
        return members.FirstOrDefault(member => StatementAttributes.Contains(member.Name)) is { Value: { Length: > 0 } text }
                ? new(record.Span.SpanId, text, error)
            : record.Content.Input is { Length: > 0 } input ? new(record.Span.SpanId, input, error)
            : null;
    }

    private static ItemValue? SqlOf(SpanRecord? model) =>
        model is not null && GeneratedSql.Find(model.Content, "") is { } sql ? new(model.Span.SpanId, sql) : null;

    /// <summary>What the span gave: the last thing said in it, or its output.</summary>
    private static ItemValue? AnswerOf(SpanRecord record)
    {
        var said = record.Content.Messages.Where(message => message.Direction == "output").SelectMany(message => message.Parts);
        var text = said.LastOrDefault(part => part is { Type: "text", Content.Length: > 0 })?.Content ?? record.Content.Output;
        return text is { Length: > 0 } ? new(record.Span.SpanId, text) : null;
    }
}
