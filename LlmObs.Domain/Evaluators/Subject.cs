using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Domain.Spans;

namespace LlmObs.Domain.Evaluators;

/// <summary>What is judged: a span with its content, and the trace it stands in.</summary>
/// <param name="Trace">The spans of the trace by start, the judged one among them; of a very large trace the first ones.</param>
public sealed record Subject(Project Project, SpanRecord Record, IReadOnlyList<SpanRecord> Trace)
{
    public Span Span => Record.Span;

    /// <summary>What the user asked: the root's question in full, else the span's own.</summary>
    public string? Question => QuestionOf(Root) ?? QuestionOf(Record) ?? Trace.Select(QuestionOf).FirstOrDefault(text => text is not null);

    /// <summary>What the judged span said.</summary>
    public string? Answer => SpanTexts.Output(Record.Content);

    /// <summary>The judged span and what is below it, by start.</summary>
    public IReadOnlyList<SpanRecord> Below { get; } = FindBelow(Record, Trace);

    /// <summary>What the answer could rest on: retrieved documents, and results of tools and databases.</summary>
    public IReadOnlyList<string> Sources =>
        [
            .. Below
                .Where(record => record.Span.SpanId != Span.SpanId)
                .SelectMany(record =>
                    record.Span.Kind is SpanKind.Tool or SpanKind.Db
                        ? record.Content.Documents.Select(document => document.Content).Append(record.Content.Output)
                        : record.Content.Documents.Select(document => document.Content)
                )
                .OfType<string>()
                .Where(text => text.Length > 0),
        ];

    /// <summary>The statement that the last model call with one wrote; null when none did.</summary>
    public string? Sql =>
        Below
            .Where(record => record.Span.Kind == SpanKind.Llm)
            .OrderByDescending(record => record.Span.EndUnixNano)
            .Select(record => GeneratedSql.Find(record.Content, ""))
            .FirstOrDefault(sql => sql is not null);

    private SpanRecord Root => Trace.FirstOrDefault(record => record.Span.ParentSpanId is null) ?? Record;

    private static List<SpanRecord> FindBelow(SpanRecord judged, IReadOnlyList<SpanRecord> trace)
    {
        var below = new HashSet<string>(StringComparer.Ordinal) { judged.Span.SpanId };
        var children = trace.ToLookup(record => record.Span.ParentSpanId ?? "", StringComparer.Ordinal);
        var open = new Queue<string>(below);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent].Where(child => below.Add(child.Span.SpanId)))
            {
                open.Enqueue(child.Span.SpanId);
            }
        }

        return [.. trace.Where(record => below.Contains(record.Span.SpanId))];
    }

    private static string? QuestionOf(SpanRecord record) => SpanTexts.Asked(record.Content) ?? record.Span.Question;
}

/// <summary>Texts of a span, out of messages or raw values.</summary>
public static class SpanTexts
{
    /// <summary>What came out: the text of the last output message, else the raw output.</summary>
    public static string? Output(SpanContent content) =>
        NotEmpty(TextOf(content.Messages.LastOrDefault(message => message.Direction == "output"))) ?? NotEmpty(content.Output);

    /// <summary>What a user asked: the last user message, else a raw input that is no JSON document.</summary>
    public static string? Asked(SpanContent content) =>
        NotEmpty(TextOf(content.Messages.LastOrDefault(message => message is { Direction: "input", Role: "user" })))
        ?? (content.Input?.TrimStart() is ['{' or '[', ..] ? null : NotEmpty(content.Input));

    private static string? TextOf(Message? message) =>
        message is null ? null : string.Concat(message.Parts.Where(part => part.Type == "text").Select(part => part.Content));

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
