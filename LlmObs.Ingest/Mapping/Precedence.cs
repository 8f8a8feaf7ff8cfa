using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Mapping;

/// <summary>The places a field may come from, most trusted first. The mapping is made of these tables; see docs/dialects.md.</summary>
internal sealed class Precedence(params Source[] sources)
{
    /// <summary>The places in order.</summary>
    public IReadOnlyList<Source> Sources => sources;

    /// <summary>What several dialects say of one field, the most trusted dialect first.</summary>
    public static Precedence Of(params ReadOnlySpan<Source[]> dialects)
    {
        var sources = new List<Source>();
        foreach (var dialect in dialects)
        {
            sources.AddRange(dialect);
        }

        return new([.. sources]);
    }

    /// <summary>This table followed by what further dialects say.</summary>
    public Precedence Then(params ReadOnlySpan<Source[]> dialects) =>
        Of([
            [.. sources],
            .. dialects,
        ]);

    /// <summary>Whether any of the places has a value.</summary>
    public bool IsIn(AttributeMap attributes) => Find(attributes) is not null;

    /// <summary>The first place that has a value.</summary>
    public Source? Find(AttributeMap attributes)
    {
        foreach (var source in sources)
        {
            if (source.ValueIn(attributes) is not null)
            {
                return source;
            }
        }

        return null;
    }

    /// <summary>The first value that is there, has a meaning, and can be read by <paramref name="read"/>.</summary>
    public T? First<T>(AttributeMap attributes, Func<AnyValue, T?> read)
    {
        foreach (var source in sources)
        {
            if (source.ValueIn(attributes) is { } value && read(value) is { } result)
            {
                return result;
            }
        }

        return default;
    }
}
