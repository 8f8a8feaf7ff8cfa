namespace LlmObs.Ingest.Mapping.Dialects.OpenInference;

/// <summary>Texts that were embedded, flattened into keys: <c>embedding.embeddings.0.embedding.text</c>. Their vectors stay attributes.</summary>
internal static class OpenInferenceEmbeddings
{
    /// <summary>One text to a line, or null when there is none.</summary>
    public static string? Texts(AttributeMap attributes)
    {
        var texts = attributes.Items("embedding.embeddings").Select(item => item.Text("embedding.text")).OfType<string>().ToList();
        return texts.Count == 0 ? null : string.Join('\n', texts);
    }
}
