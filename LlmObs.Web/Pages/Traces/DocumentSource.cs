using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>Where a retrieved document comes from, as its metadata says under the names that retrievers use.</summary>
public static class DocumentSource
{
    private static readonly string[] Names = ["source", "url", "uri", "file_path", "file_name", "filename", "document_name", "dataset_name"];

    /// <summary>Null when no such member says anything.</summary>
    public static string? Of(RetrievedDocument document)
    {
        if (document.Metadata.IsNull)
        {
            return null;
        }

        // Some libraries keep what they know of a document one level deeper.
        var told = SpanPanel.Members(document.Metadata);
        var members = told.Concat(told.Where(member => member.Name == "metadata").SelectMany(member => SpanPanel.Members(new(member.Value))))
            .ToList();
        return Names
            .Select(name => members.FirstOrDefault(member => member.Name == name).Value)
            .FirstOrDefault(value => !string.IsNullOrEmpty(value) && value != document.Title);
    }
}
