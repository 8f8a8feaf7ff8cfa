namespace LlmObs.Ingest.Mapping.Dialects.Genkit;

/// <summary>Genkit writes provider and model, and the way from the flow to the step, into one name each.</summary>
internal static class GenkitNames
{
    private static readonly string[] ModelTypes = ["model", "background-model", "embedder", "reranker"];

    /// <summary><c>googleai/gemini-2.5-flash</c> → googleai, gemini-2.5-flash. Nothing for spans of another kind.</summary>
    public static (string? Provider, string? Model) Model(AttributeMap attributes)
    {
        if (
            attributes.Text("genkit:name") is not { } name
            || attributes.Text("genkit:metadata:subtype") is not { } type
            || !ModelTypes.Contains(type, StringComparer.Ordinal)
        )
        {
            return (null, null);
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? (name[..slash], name[(slash + 1)..]) : (null, name);
    }

    /// <summary>The flow a step belongs to: <c>/{menuFlow,t:flow}/{generate,t:util}</c> → menuFlow.</summary>
    public static string? Flow(AttributeMap attributes)
    {
        var path = attributes.Text("genkit:path")?.TrimStart('/', '{');
        var end = path?.AsSpan().IndexOfAny(',', '}', '/') ?? 0;
        return path is null || end == 0 ? null
            : end < 0 ? path
            : path[..end];
    }
}
