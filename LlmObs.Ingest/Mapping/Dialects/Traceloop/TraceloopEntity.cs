using System.Text.Json;
using LlmObs.Ingest.Mapping.Content;

namespace LlmObs.Ingest.Mapping.Dialects.Traceloop;

/// <summary>What Traceloop's decorators write of a function's call: <c>{"args": [], "kwargs": {…}}</c>, from LangChain <c>{"inputs": {…}}</c>.</summary>
internal static class TraceloopEntity
{
    /// <summary>The arguments without their wrapping: the only positional one, the named ones, or all of it.</summary>
    public static JsonElement? Arguments(AttributeMap attributes)
    {
        if (attributes.Json("traceloop.entity.input") is not { ValueKind: JsonValueKind.Object } call)
        {
            return null;
        }

        if (call.Member("kwargs") is { ValueKind: JsonValueKind.Object } named && named.EnumerateObject().Any())
        {
            return named;
        }

        return call.Array("args") is { } positional
            ? positional.GetArrayLength() == 1
                ? positional[0]
                : positional
            : call.AnyMember("inputs", "input_str") ?? call;
    }

    /// <summary>What a retriever was asked: its only text.</summary>
    public static string? Query(AttributeMap attributes) =>
        Arguments(attributes) switch
        {
            { ValueKind: JsonValueKind.String } text => text.Text(),
            { ValueKind: JsonValueKind.Object } named => named.AnyText("query", "question", "input", "q"),
            _ => null,
        };
}
