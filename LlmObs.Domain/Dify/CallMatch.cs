using LlmObs.Domain.Traces;

namespace LlmObs.Domain.Dify;

/// <summary>A run that may have been started by a call.</summary>
public sealed record StartedRun(
    Guid RunId,
    Guid TenantId,
    Guid AppId,
    DifyCreator Creator,
    DifyInputs Inputs,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt
);

/// <summary>
/// Tells which run a call started: one of the app that was called, by the same creator, with the inputs that were passed, which began and ended
/// within the call.
/// </summary>
/// <remarks>Worked out anew from all there is whenever something comes, so that it does not matter in which order it came.</remarks>
public static class CallMatch
{
    /// <summary>The times of one run are of one clock; those of a run and its call perhaps of two machines.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    /// <summary>A call whose end nobody wrote down, because the process died, must not claim runs for ever.</summary>
    public static readonly TimeSpan Unended = TimeSpan.FromDays(1);

    /// <summary>The place of each run that has one: under one call, or open between several.</summary>
    public static IReadOnlyList<TraceJoin> Match(IReadOnlyList<DifyCall> calls, IReadOnlyList<StartedRun> runs)
    {
        var open = runs.Select(run => (Run: run, Calls: Holding(run, calls))).Where(candidate => candidate.Calls.Count > 0).ToList();
        var taken = new HashSet<SpanRef>();
        var joins = new List<TraceJoin>();

        // A run that fits one call takes it; who else fitted that call then has one less, and so on.
        while (open.FindIndex(candidate => candidate.Calls.Count == 1) is var sure and >= 0)
        {
            var (run, fitting) = open[sure];
            open.RemoveAt(sure);
            joins.Add(new(DifyIds.Trace(run.RunId), JoinBasis.DifyMatch, fitting[0].Step.TraceId, fitting[0].Step.SpanId, IsInferred: true));
            if (!fitting[0].MayRepeat)
            {
                taken.Add(fitting[0].Step);
                open = [.. open.Select(other => Without(other, taken)).Where(other => other.Calls.Count > 0)];
            }
        }

        joins.AddRange(
            open.Select(candidate => new TraceJoin(DifyIds.Trace(candidate.Run.RunId), JoinBasis.DifyMatch, null, null, IsInferred: true)
            {
                Candidates = [.. candidate.Calls.Select(call => call.Step)],
            })
        );
        return joins;
    }

    // Only who has a choice loses one: two runs that fit the same single call are both shown there.
    private static (StartedRun Run, List<DifyCall> Calls) Without((StartedRun Run, List<DifyCall> Calls) candidate, HashSet<SpanRef> taken) =>
        candidate.Calls.Count == 1 ? candidate : (candidate.Run, [.. candidate.Calls.Where(call => !taken.Contains(call.Step))]);

    private static List<DifyCall> Holding(StartedRun run, IReadOnlyList<DifyCall> calls)
    {
        var own = DifyIds.Trace(run.RunId);
        var others = calls.Where(call => call.Step.TraceId != own).ToList();
        return others.Where(call => Holds(call, run, TimeSpan.Zero)).ToList() is { Count: > 0 } holding
            ? holding
            : [.. others.Where(call => Holds(call, run, Skew))];
    }

    private static bool Holds(DifyCall call, StartedRun run, TimeSpan skew) =>
        (call.TenantId, call.AppId, call.Creator) == (run.TenantId, run.AppId, run.Creator)
        && run.Inputs.Holds(call.Inputs)
        && (!call.PassedAll || call.Inputs.Holds(run.Inputs))
        && call.StartedAt - skew <= run.StartedAt
        && (run.EndedAt ?? run.StartedAt) <= (call.EndedAt ?? call.StartedAt + Unended) + skew;
}
