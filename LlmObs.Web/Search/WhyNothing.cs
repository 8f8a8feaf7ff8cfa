using LlmObs.Api;
using LlmObs.TraceLog;

namespace LlmObs.Web.Search;

/// <summary>Explains an empty list: nothing was ever sent, or which one condition, or the range, stands in the way.</summary>
public sealed class WhyNothing(SpanSearch search, RequestCounter requests, ScoreLookup scores, TimeProvider time)
{
    private const int MostConditions = 6;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);
    private static readonly BoundedCount None = new(0, IsCut: false);

    public async Task<SearchOutcome> ExplainAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var oldest = await OldestAsync(address.Project.Name, cancellationToken);
        if (oldest is null)
        {
            return new SearchOutcome.NothingYet();
        }

        var loosened = await Task.WhenAll(
            Candidates(address).Select(async candidate => candidate with { Requests = await CountAsync(candidate.Address, cancellationToken) })
        );
        return new SearchOutcome.NothingMatches(loosened, oldest);
    }

    private static IEnumerable<Loosened> Candidates(SearchAddress address)
    {
        var line = QueryText.Parse(address.Query);
        var first = address.At(null);
        foreach (var part in line.Parts.Take(MostConditions))
        {
            yield return new(part, first.Asking(line.Without(part)), None);
        }

        foreach (var wider in TimeRange.Presets.Select(preset => new TimeRange(preset)).Where(preset => preset.Span > address.Range.Span).TakeLast(2))
        {
            yield return new(null, first.Over(wider), None);
        }
    }

    private async Task<BoundedCount> CountAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        var (from, to) = address.Range.Window(time.GetUtcNow());
        var query = await scores.ReadyAsync(address.Project.Id, new(address.Project.Name, address.Query, from, to), cancellationToken);
        return await requests.CountAsync(address.Project, query, cancellationToken);
    }

    /// <summary>The start of the earliest stretch with data, found in two looks: a year, then the part of it where data begins.</summary>
    private async Task<DateTimeOffset?> OldestAsync(string project, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var coarse = await FirstWithDataAsync(new(project, "", now - Kept, now), cancellationToken);
        if (coarse is null)
        {
            return null;
        }

        var fine = await FirstWithDataAsync(new(project, "", coarse.From, coarse.To), cancellationToken);
        return (fine ?? coarse).From;
    }

    private async Task<HistogramBucket?> FirstWithDataAsync(SpanQuery query, CancellationToken cancellationToken) =>
        (await search.HistogramAsync(query, cancellationToken)).FirstOrDefault(bucket => bucket.Count > 0);
}
