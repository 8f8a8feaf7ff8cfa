using LlmObs.Domain.Spans;

namespace LlmObs.Web.Health;

/// <summary>The last hour of the ledger, a column for each minute.</summary>
public sealed record LedgerStrip(IReadOnlyList<LedgerColumn> Columns, IReadOnlyList<LedgerEntry> Entries)
{
    public const int Minutes = 60;
    private const double Tallest = 41;
    private const double Floor = 48;

    public int Count(LedgerState state) => Entries.Count(entry => entry.State == state);

    public int Repaired => Entries.Count(entry => entry.IsMended);

    /// <summary>Those worth a look: not equal, or made equal by a repair. Newest first.</summary>
    public IEnumerable<LedgerEntry> Remarkable => Entries.Reverse().Where(entry => entry.State != LedgerState.Equal || entry.IsMended);

    /// <param name="entries">Of one project, oldest first.</param>
    public static LedgerStrip Of(IReadOnlyList<LedgerEntry> entries, DateTimeOffset now)
    {
        var first = First(now);
        var most = Math.Max(1, entries.Select(entry => entry.RecordSpans).DefaultIfEmpty().Max());
        var columns = entries
            .Where(entry => entry.Minute >= first)
            .Select(entry =>
            {
                var height = Math.Max(3, Tallest * entry.RecordSpans / most);
                return new LedgerColumn((entry.Minute - first).TotalMinutes / Minutes * 100, Floor - height, height, entry);
            });
        return new([.. columns], entries);
    }

    /// <summary>Where the strip begins.</summary>
    public static DateTimeOffset First(DateTimeOffset now) =>
        DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 60 * 60).AddMinutes(1 - Minutes);
}

/// <param name="Left">Per cent of the width.</param>
/// <param name="Top">Pixels, as <paramref name="Height"/>.</param>
public sealed record LedgerColumn(double Left, double Top, double Height, LedgerEntry Entry)
{
    /// <summary>The class that colours it.</summary>
    public string Look =>
        Entry switch
        {
            { State: LedgerState.Gap } => "gap",
            { State: LedgerState.Waiting } => "wait",
            { State: LedgerState.Surplus } => "over",
            { IsMended: true } => "fixed",
            _ => "same",
        };
}
