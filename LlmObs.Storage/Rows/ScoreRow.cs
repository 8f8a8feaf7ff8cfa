using LlmObs.Domain;
using LlmObs.Domain.Scores;

namespace LlmObs.Storage.Rows;

/// <summary>A row of <c>scores</c> as Dapper reads it.</summary>
internal sealed record ScoreRow
{
    /// <summary>What every query of scores selects from <c>scores AS s</c>; the names are those of the properties below.</summary>
    public const string Columns = """
        s.id AS "Id", s.trace_id AS "TraceId", s.span_id AS "SpanId", s.session_id AS "SessionId", s.request_id AS "RequestId", s.name AS "Name",
        s.data_type AS "Type", s.value AS "Value", s.label AS "Label", s.comment AS "Comment", s.source AS "Source", s.given_at AS "GivenAt", s.metadata AS "Metadata"
        """;

    public string Id { get; init; } = "";
    public string? TraceId { get; init; }
    public string? SpanId { get; init; }
    public string? SessionId { get; init; }
    public string? RequestId { get; init; }
    public string Name { get; init; } = "";
    public short Type { get; init; }
    public double? Value { get; init; }
    public string? Label { get; init; }
    public string? Comment { get; init; }
    public string Source { get; init; } = "";
    public long GivenAt { get; init; }
    public string? Metadata { get; init; }

    public Score ToScore() =>
        new(Id, TraceId, SpanId, SessionId, RequestId, Name, (ScoreType)Type, Value, Label, Comment, Source, GivenAt, new JsonText(Metadata));
}
