namespace LlmObs.Web.Rendering.Json;

public enum JsonPartKind
{
    Object,
    Array,
    String,
    Number,
    Word,
}

/// <summary>A value of a JSON document that may have been cut somewhere.</summary>
/// <param name="Text">A string's decoded characters, a number or word as written; empty for objects and arrays.</param>
/// <param name="Name">The member's name inside an object.</param>
/// <param name="IsCut">The document ends inside this value.</param>
/// <param name="HasEscapes">A string, some of whose characters beyond ASCII were written as <c>\uXXXX</c>.</param>
public sealed record JsonPart(
    JsonPartKind Kind,
    string Text,
    IReadOnlyList<JsonPart> Children,
    string? Name = null,
    bool IsCut = false,
    bool HasEscapes = false
)
{
    public bool IsContainer => Kind is JsonPartKind.Object or JsonPartKind.Array;
}
