using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Traces;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Access;
using LlmObs.Ingest.Dify;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Spooling;

namespace LlmObs.Ingest.Langfuse;

/// <param name="Successes">Ids of events that are durable.</param>
/// <param name="Errors">Events that can never be kept, and why.</param>
internal sealed record IngestionResult(IReadOnlyList<string> Successes, IReadOnlyList<EventFault> Errors);

/// <param name="Status">400: the event is wrong; 401: its sender may not send such.</param>
internal readonly record struct EventFault(string Id, int Status, string Why);

/// <summary>Takes a batch of events: reads each on its own, commits what is sound, then answers.</summary>
internal sealed partial class IngestionReceiver(DurableWriter writer, SpanDoor door, TimeProvider time, ILogger<IngestionReceiver> logger)
{
    public async Task<IngestionResult> ReceiveAsync(JsonElement batch, Sender sender, CancellationToken cancellationToken)
    {
        var project = sender.Project!;
        var updates = new List<UpdatedFields>();
        var given = new List<Score>();
        var steps = new List<ToldSteps>();
        var successes = new List<string>();
        var errors = new List<EventFault>();
        foreach (var sent in batch.EnumerateArray())
        {
            // The client's own log may lack a body; it is told nothing about it, whatever it holds.
            if (sent.ValueKind == JsonValueKind.Object && sent.MemberText("type") == "sdk-log")
            {
                Log.ClientSays(logger, project.Name, sent.MemberText("id"));
                continue;
            }

            var (e, id, fault) = IngestionEvent.Read(sent);
            var isScore = e?.Type == "score-create";
            if (e is not null && !isScore && sender.Key is { IsPublicHalf: true })
            {
                errors.Add(new(id, StatusCodes.Status401Unauthorized, "With the public key alone only scores can be sent."));
                continue;
            }

            if (fault is null && !isScore && DifyEvents.Read(e!) is { } told)
            {
                steps.Add(told);
            }
            else
            {
                fault ??= isScore ? Score(e!, given) : Span(e!, updates);
            }

            if (fault is null)
            {
                successes.Add(id);
            }
            else
            {
                errors.Add(new(id, StatusCodes.Status400BadRequest, fault));
            }
        }

        await writer.WriteAsync(
            new(project)
            {
                Updates =
                [
                    .. updates.Select(update => door.Pass(project, update, FieldNames.WordsOf)),
                    .. steps.SelectMany(told => told.Steps).Select(step => door.Pass(project, step, StepNames.WordsOf)),
                ],
                Joins = [.. steps.Select(told => told.Join).OfType<TraceJoin>()],
                Scores = [.. given.Select(score => door.Pass(project, score))],
            },
            cancellationToken
        );
        return new(successes, errors);
    }

    public async Task<(string? Id, string? Fault)> ScoreAsync(JsonElement body, Project project, CancellationToken cancellationToken)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        var (score, fault) = ScoreBody.Read(body, Guid.NewGuid().ToString(), now);
        if (score is null)
        {
            return (null, fault);
        }

        await writer.WriteAsync(new(project) { Scores = [door.Pass(project, score)] }, cancellationToken);
        return (score.Id, null);
    }

    private static string? Score(IngestionEvent e, List<Score> given)
    {
        var (score, fault) = ScoreBody.Read(e.Body, e.Id, e.UnixMicros);
        if (score is not null)
        {
            given.Add(score);
        }

        return fault;
    }

    private static string? Span(IngestionEvent e, List<UpdatedFields> updates)
    {
        var (fields, fault) = EventFields.Read(e);
        updates.AddRange(fields);
        return fault;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A Langfuse client of project {Project} sent a log of its own (event {Id}).")]
        public static partial void ClientSays(ILogger logger, string project, string? id);
    }
}
