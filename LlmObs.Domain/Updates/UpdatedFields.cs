namespace LlmObs.Domain.Updates;

/// <summary>Where an event stands among all that speak of one span: creates before updates, then by its own time, then by its id.</summary>
/// <param name="UnixMicros">The sender's time of the event, microseconds since 1970.</param>
/// <param name="EventId">Unique for an event; a retry repeats it.</param>
public readonly record struct UpdateRank(bool IsUpdate, long UnixMicros, string EventId)
{
    /// <summary>Weaker first.</summary>
    public static readonly IComparer<UpdateRank> Order = Comparer<UpdateRank>.Create((a, b) => a.ComparedTo(b));

    private int ComparedTo(UpdateRank other) =>
        IsUpdate.CompareTo(other.IsUpdate) is var byPhase and not 0 ? byPhase
        : UnixMicros.CompareTo(other.UnixMicros) is var byTime and not 0 ? byTime
        : string.CompareOrdinal(EventId, other.EventId);
}

/// <summary>One thing an event says: a field's value, and where the event stands.</summary>
/// <param name="KeepsFirst">True for what never changes once said (a start); false where the latest word counts.</param>
public sealed record UpdatedField(string Name, bool KeepsFirst, UpdateRank Rank, JsonText Value);

/// <summary>All that events say of one span. Merging is union: the order, grouping and repetition of events do not matter.</summary>
/// <param name="Fields">At most one for each name.</param>
/// <param name="IsComplete">An event told the end; more may still come.</param>
public sealed record UpdatedFields(string TraceId, string SpanId, IReadOnlyList<UpdatedField> Fields, bool IsComplete)
{
    /// <summary>Both together: of each field the first or the latest value, by rank, then by the value itself. In order of names.</summary>
    public UpdatedFields With(UpdatedFields other) =>
        this with
        {
            Fields =
            [
                .. Fields
                    .Concat(other.Fields)
                    .GroupBy(field => field.Name, StringComparer.Ordinal)
                    .Select(same => same.Aggregate(Stronger))
                    .OrderBy(field => field.Name, StringComparer.Ordinal),
            ],
            IsComplete = IsComplete || other.IsComplete,
        };

    public bool SaysTheSameAs(UpdatedFields other) => IsComplete == other.IsComplete && Fields.SequenceEqual(other.Fields);

    private static UpdatedField Stronger(UpdatedField a, UpdatedField b)
    {
        var order = UpdateRank.Order.Compare(a.Rank, b.Rank) is var byRank and not 0 ? byRank : string.CompareOrdinal(a.Value.Text, b.Value.Text);
        return order < 0 == a.KeepsFirst ? a : b;
    }
}
