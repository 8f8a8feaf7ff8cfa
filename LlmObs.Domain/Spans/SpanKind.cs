using System.Text.Json.Serialization;

namespace LlmObs.Domain.Spans;

/// <summary>What a span did, in the words of GenAI work. Not OTLP's SpanKind, which only says on which side of a call it was.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpanKind>))]
public enum SpanKind
{
    [JsonStringEnumMemberName("other")]
    Other = 0,

    [JsonStringEnumMemberName("workflow")]
    Workflow = 1,

    [JsonStringEnumMemberName("agent")]
    Agent = 2,

    [JsonStringEnumMemberName("chain")]
    Chain = 3,

    [JsonStringEnumMemberName("llm")]
    Llm = 4,

    [JsonStringEnumMemberName("embedding")]
    Embedding = 5,

    [JsonStringEnumMemberName("retriever")]
    Retriever = 6,

    [JsonStringEnumMemberName("reranker")]
    Reranker = 7,

    [JsonStringEnumMemberName("tool")]
    Tool = 8,

    [JsonStringEnumMemberName("guardrail")]
    Guardrail = 9,

    [JsonStringEnumMemberName("evaluator")]
    Evaluator = 10,

    [JsonStringEnumMemberName("task")]
    Task = 11,

    [JsonStringEnumMemberName("http")]
    Http = 12,

    [JsonStringEnumMemberName("db")]
    Db = 13,
}

/// <summary>How a span ended. <see cref="Unset"/> is what most libraries send for success, and is shown as such.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpanStatus>))]
public enum SpanStatus
{
    [JsonStringEnumMemberName("unset")]
    Unset = 0,

    [JsonStringEnumMemberName("ok")]
    Ok = 1,

    [JsonStringEnumMemberName("error")]
    Error = 2,
}

public static class SpanWords
{
    /// <summary>The word used in URLs, queries, SQL and JSON: <c>llm</c>, <c>retriever</c>, …</summary>
    public static string Word(this SpanKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary><c>ok</c>, <c>error</c> or <c>unset</c>.</summary>
    public static string Word(this SpanStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>True for the kinds that do their work by calling others: what happens between those calls is waiting, or was not recorded.</summary>
    public static bool IsFrame(this SpanKind kind) =>
        kind is SpanKind.Workflow or SpanKind.Agent or SpanKind.Chain or SpanKind.Task or SpanKind.Tool or SpanKind.Other;

    /// <summary>True for the kinds whose tokens and cost count towards a trace: a call to a model.</summary>
    public static bool IsModelCall(this SpanKind kind) => kind is SpanKind.Llm or SpanKind.Embedding or SpanKind.Reranker;
}
