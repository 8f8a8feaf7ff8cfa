using LlmObs.Domain;
using LlmObs.Domain.Dify;
using LlmObs.Domain.Traces;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Spooling;
using LlmObs.Storage;
using LlmObs.Storage.Dify;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Dify;

/// <summary>
/// Makes steps of the spans that wait for their run, as soon as it is known. What nobody tells the run of becomes a span like any other, under
/// the ids it came with.
/// </summary>
internal sealed partial class ToldSpanTurn(
    ToldSpans told,
    DurableWriter writer,
    IOptions<DifySpanOptions> options,
    IOptions<DifyReaderOptions> reader,
    IOptions<LogstoreOptions> logstores,
    TimeProvider time,
    ILogger<ToldSpanTurn> logger
)
{
    private const int SpansATurn = 500;

    // A run that lasts is read again ever more seldom, so its nodes may become known minutes after their spans.
    private readonly TimeSpan patience =
        options.Value.WaitSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
        : reader.Value.ConnectionString.Length + logstores.Value.ConnectionString.Length > 0 ? TimeSpan.FromMinutes(15)
        : TimeSpan.FromMinutes(1);

    /// <returns>True when there is more to do at once.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var due = await told.ClaimAsync(SpansATurn, cancellationToken);
        foreach (var trace in due.GroupBy(span => (span.Project, span.TraceId)))
        {
            try
            {
                await PlaceAsync(trace.Key.Project, trace.Key.TraceId, [.. trace], cancellationToken);
            }
            catch (Exception exception) when (exception is not (StorageUnavailableException or OperationCanceledException))
            {
                // They come again when their claim runs out, and hold up no other.
                Log.NotPlaced(logger, exception, trace.Key.TraceId, trace.Key.Project.Name);
            }
        }

        return due.Count == SpansATurn;
    }

    private async Task PlaceAsync(Project project, string traceId, IReadOnlyList<DueSpan> due, CancellationToken cancellationToken)
    {
        var places = await PlacesAsync(project, traceId, due, cancellationToken);
        var outer = due.Zip(places, Outer).OfType<SpanRef>().Distinct().ToList();
        var present = outer.Count == 0 ? new HashSet<SpanRef>() : await told.PresentAsync(project.Id, outer, cancellationToken);
        var (steps, joins) = (new List<UpdatedFields>(), new List<TraceJoin>());
        var (released, done, waiting) = (new List<DueSpan>(), new List<DueSpan>(), new List<DueSpan>());
        foreach (var (span, at) in due.Zip(places))
        {
            var isOld = time.GetUtcNow() - span.ReceivedAt > patience;
            if (at is not { } place)
            {
                (isOld ? released : waiting).Add(span);
                continue;
            }

            var around = Outer(span, place);
            var isAround = around is { } there && present.Contains(there);
            steps.AddRange(SpanSteps.Of(span.Told, place));
            joins.AddRange(Joins(span, place, isAround ? around : null));
            var isWhole = !place.IsCallerOpen && (around is null || isAround);
            (isWhole || isOld ? done : waiting).Add(span);
        }

        await writer.WriteAsync(
            new(project)
            {
                Updates = steps,
                Joins = joins,
                Spans = [.. released.Select(span => span.Told.Record)],
            },
            cancellationToken
        );
        await told.DoneAsync(project.Id, [.. done, .. released], cancellationToken);
        await told.AgainAsync(project.Id, waiting, cancellationToken);
    }

    private async Task<List<ToldPlace?>> PlacesAsync(Project project, string traceId, IReadOnlyList<DueSpan> due, CancellationToken cancellationToken)
    {
        var trace = await told.OfTraceAsync(project.Id, traceId, cancellationToken);
        var nodes = trace.Where(span => span.Kind == ToldKind.Node).Select(span => span.NodeId).OfType<Guid>();
        var tree = new ToldTree(trace, await told.RunsOfNodesAsync(project.Id, nodes, cancellationToken));
        return [.. due.Select(span => tree.PlaceOf(span.SpanId))];
    }

    private static SpanRef? Outer(DueSpan span, ToldPlace? place) => place?.OuterSpanId is { } outer ? new(span.TraceId, outer) : null;

    private static IEnumerable<TraceJoin> Joins(DueSpan span, ToldPlace place, SpanRef? around)
    {
        if (place.Caller is { } caller)
        {
            yield return RunFields.Under(place.RunId, caller.RunId, caller.NodeId);
        }
        else if (new DifySpan(span.Told.Record).Metadata is { } metadata && RunFields.Join(metadata, place.RunId) is { } said)
        {
            yield return said;
        }

        if (around is { } outer && outer.TraceId != DifyIds.Trace(place.RunId))
        {
            yield return new(DifyIds.Trace(place.RunId), JoinBasis.DifyAround, outer.TraceId, outer.SpanId, IsInferred: false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "Spans of trace {TraceId} in project {Project} cannot be joined to their runs; they are kept and tried again."
        )]
        public static partial void NotPlaced(ILogger logger, Exception exception, string traceId, string project);
    }
}
