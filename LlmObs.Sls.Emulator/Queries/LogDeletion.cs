using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Deletes what a search finds.</summary>
public sealed class LogDeletion(LogQueries queries)
{
    // So many at once: writers wait that long.
    private const int Step = 50_000;

    /// <summary>Throws <see cref="SlsException"/> for what is no search of the logstore.</summary>
    public static void Check(Logstore logstore, LogQuery query)
    {
        LogQueries.CheckWindow(query);
        if (QueryText.Parse(query.Text) is not { Statement: null } text)
        {
            throw SlsException.Parameter("what is to be deleted is named by a search, not by a statement");
        }
        new SearchCompiler(logstore.Columns).Compile(QueryParser.Parse(text.Search));
    }

    /// <summary>In steps, each of which is durable; what is gone is not found again, so a deletion that was cut short is simply run again.</summary>
    /// <param name="before">Leaves logs from this sequence on.</param>
    /// <param name="report">Told after each step how many percent are gone.</param>
    /// <returns>How many logs.</returns>
    public async Task<int> RunAsync(Logstore logstore, LogQuery query, long before, Action<int> report, CancellationToken cancellationToken)
    {
        var found = await queries.MatchesAsync(logstore, query, cancellationToken);
        var logs = found.Where(sequence => sequence < before).ToList();
        for (var done = 0; done < logs.Count; done += Step)
        {
            report((int)(100L * done / logs.Count));
            await logstore.DeleteAsync(SequenceSet.Of(logs.Skip(done).Take(Step)), cancellationToken);
        }
        report(100);
        return logs.Count;
    }
}
