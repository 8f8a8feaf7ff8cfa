using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>Counts the values of fields beside the list.</summary>
public sealed class FacetReader(SpanSearch search)
{
    private const int FacetSize = 8;
    private const int FoundSize = 30;

    // Each open facet is a question to SLS; these are asked every time.
    private static readonly string[] Usual = ["status", "service", "kind", "model", "user"];

    private static readonly string[] More =
    [
        "session",
        "release",
        "environment",
        "tags",
        "workflow",
        "agent",
        "promptName",
        "promptVersion",
        "error",
        "name",
        "request",
        "provider",
        "operation",
        "serviceVersion",
        "finishReason",
    ];

    /// <summary>The usual facets and those that are opened or chosen from with their values, the others closed.</summary>
    public async Task<IReadOnlyList<Facet>> AllAsync(SearchAddress address, SpanQuery query, CancellationToken cancellationToken)
    {
        var line = QueryText.Parse(query.Text);
        bool IsChosenFrom(string field) => line.ValuesOf(field).Count + line.ExcludedOf(field).Count > 0;
        var chosen = Task.WhenAll(Usual.Concat(More).Where(IsChosenFrom).Select(field => OneAsync(query, field, null, cancellationToken)));

        // The line says nothing of the others, so they are all counted among the same matches.
        var open = Usual.Concat(More).Where(field => !IsChosenFrom(field) && (Usual.Contains(field) || address.Facets.Contains(field))).ToList();
        var values = await search.FacetsAsync(query, open, FacetSize + 1, cancellationToken);
        var counted = (await chosen).Concat(open.Select(field => Of(line, field, [.. values[field]], FacetSize))).ToDictionary(facet => facet.Field);
        return [.. Usual.Concat(More).Select(field => counted.GetValueOrDefault(field) ?? new Facet(field, null))];
    }

    /// <summary>Counts a field's values as if nothing were said of it, so that one may choose a second.</summary>
    /// <param name="containing">Only values that hold this text; then more of them.</param>
    public async Task<Facet> OneAsync(SpanQuery query, string field, string? containing, CancellationToken cancellationToken)
    {
        var line = QueryText.Parse(query.Text);
        var size = string.IsNullOrEmpty(containing) ? FacetSize : FoundSize;
        var values = await search.FacetAsync(query with { Text = line.SilentOn(field) }, field, size + 1, cancellationToken, containing);
        return Of(line, field, values, size);
    }

    /// <param name="values">One more than is shown tells that there are more.</param>
    private static Facet Of(QueryText line, string field, IReadOnlyList<FacetValue> values, int size)
    {
        var shown = values.Take(size).Select(found => Option(line, field, found.Value, found.Count)).ToList();
        var missing = line.ValuesOf(field)
            .Concat(line.ExcludedOf(field))
            .Where(value => !shown.Any(option => option.Value.Equals(value, StringComparison.OrdinalIgnoreCase)));
        return new(field, [.. shown, .. missing.Select(value => Option(line, field, value, 0))], values.Count > size);
    }

    private static FacetOption Option(QueryText line, string field, string value, long count) =>
        new(value, count, line.Has(field, value), line.IsExcluded(field, value));
}
