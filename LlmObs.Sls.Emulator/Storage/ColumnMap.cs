using LlmObs.Sls.Emulator.Catalog;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A field that was indexed once: its column stays, so that older logs keep the index they were written with.</summary>
/// <param name="Id">Names the column, <c>v{id}</c>, and stands for the field in the term index.</param>
public sealed record IndexedField(int Id, string Path, FieldType Type)
{
    public string Value => $"v{Id}";
}

/// <summary>Which column the fields of a logstore have, and the index in force. Immutable: a change of index makes a new one.</summary>
public sealed class ColumnMap
{
    private readonly Dictionary<(string, FieldType), IndexedField> byPath;

    public ColumnMap(IReadOnlyList<IndexedField> fields, IndexDefinition? index)
    {
        Fields = fields;
        Index = index;
        byPath = fields.ToDictionary(field => (field.Path, field.Type));
    }

    /// <summary>In the order of their columns.</summary>
    public IReadOnlyList<IndexedField> Fields { get; }

    public IndexDefinition? Index { get; }

    public IndexedField this[IndexKey key] => byPath[(key.Path, key.Type)];

    /// <summary>The fields that an index needs and that have no columns yet.</summary>
    public IReadOnlyList<IndexedField> MissingFor(IndexDefinition index)
    {
        var missing = new List<IndexedField>();
        var next = Fields.Count == 0 ? 1 : Fields[^1].Id + 1;
        foreach (var key in index.Keys.SelectMany(key => key.JsonKeys.Prepend(key)))
        {
            if (!byPath.ContainsKey((key.Path, key.Type)) && !missing.Any(field => field.Path == key.Path && field.Type == key.Type))
            {
                missing.Add(new IndexedField(next++, key.Path, key.Type));
            }
        }
        return missing;
    }
}
