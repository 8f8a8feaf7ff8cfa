using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Goes again and again through the last hours of a table, a page a turn, for rows that were committed long after the time they bear: Dify may
/// write them from a queue. Remembered only while the process lives; it then begins anew.
/// </summary>
internal sealed class DifySweep(TimeSpan back, TimeSpan rest, TimeProvider time)
{
    private DifyPlace? place;
    private DateTimeOffset restsUntil;

    /// <summary>Where the next page begins; null while it rests.</summary>
    /// <param name="reached">How far new rows have been read.</param>
    public DifyPlace? Next(DateTimeOffset reached)
    {
        if (back == TimeSpan.Zero || time.GetUtcNow() < restsUntil)
        {
            return null;
        }

        return place ??= new(reached - back, Guid.Empty);
    }

    /// <summary>A page was read. One that is not full, or ends at what is new, was the last.</summary>
    public void Passed(IReadOnlyList<DifyPlace> page, bool isFull, DateTimeOffset reached)
    {
        if (isFull && page[^1].At < reached)
        {
            place = page[^1];
        }
        else
        {
            place = null;
            restsUntil = time.GetUtcNow() + rest;
        }
    }
}
