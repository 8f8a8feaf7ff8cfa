using Dapper;
using LlmObs.Storage.Rows;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>What one round of keeping removed.</summary>
/// <param name="DroppedDays">Partitions dropped whole.</param>
/// <param name="DeletedRows">Spans outside time, late contents, scores, media, joins and login links deleted one by one.</param>
public sealed record RetentionResult(IReadOnlyList<DateOnly> DroppedDays, int DeletedRows);

/// <summary>Makes partitions ahead of their day and drops those whose time is over.</summary>
public sealed class Retention(Database database, Partitions partitions, IOptions<StorageOptions> options, TimeProvider time)
{
    // An import of old traces counts from the day it came, or it would vanish at the next full hour.
    private const string HasNewcomers = "SELECT EXISTS (SELECT FROM spans WHERE day = @day AND received_at >= @cutoff)";

    private const string DeleteOutsideTime = """
        WITH gone AS (DELETE FROM spans WHERE day = '1970-01-01' AND received_at < @cutoff RETURNING project_id, trace_id, span_id)
        DELETE FROM span_contents AS c
        USING gone AS g
        WHERE c.day = '1970-01-01' AND (c.project_id, c.trace_id, c.span_id) = (g.project_id, g.trace_id, g.span_id)
        """;

    private const string DeleteLate = "DELETE FROM late_contents WHERE received_at < @cutoff";

    private const string DeleteBesideSpans = """
        DELETE FROM scores WHERE received_at < @cutoff;
        DELETE FROM updated_spans WHERE received_at < @cutoff;
        DELETE FROM media WHERE received_at < @cutoff;
        DELETE FROM trace_joins WHERE made_at < @cutoff;
        DELETE FROM dify_runs WHERE received_at < @cutoff;
        DELETE FROM dify_calls WHERE received_at < @cutoff;
        DELETE FROM dify_messages WHERE received_at < @cutoff;
        DELETE FROM dify_told_spans WHERE received_at < @cutoff;
        DELETE FROM dify_told_calls WHERE received_at < @cutoff;
        """;

    // Merged ones have served once stragglers and repeats have stopped coming.
    private const string DeleteMerged = "DELETE FROM late_contents WHERE merged_at < now() - interval '1 hour'";

    private const string DeleteLinks = "DELETE FROM login_links WHERE expires_at < now() - interval '30 days'";

    /// <summary>One round. Two services may do it at once.</summary>
    public Task<RetentionResult> KeepAsync(CancellationToken cancellationToken) =>
        database.RunAsync(
            async connection =>
            {
                var today = SpanDay.Today(time);
                await partitions.EnsureAsync(connection, [today, today.AddDays(1)]);
                var deleted = await connection.ExecuteAsync(DeleteMerged, null, cancellationToken);
                deleted += await connection.ExecuteAsync(DeleteLinks, null, cancellationToken);
                if (options.Value.RetentionDays is var days and > 0)
                {
                    var cutoff = time.GetUtcNow().UtcDateTime.AddDays(-days);
                    var dropped = await DropAsync(connection, today.AddDays(-days), cutoff);
                    deleted += await connection.ExecuteAsync(DeleteOutsideTime, new { cutoff }, cancellationToken);
                    deleted += await connection.ExecuteAsync(DeleteLate, new { cutoff }, cancellationToken);
                    deleted += await connection.ExecuteAsync(DeleteBesideSpans, new { cutoff }, cancellationToken);
                    return new RetentionResult(dropped, deleted);
                }

                return new RetentionResult([], deleted);
            },
            cancellationToken
        );

    private async Task<IReadOnlyList<DateOnly>> DropAsync(NpgsqlConnection connection, DateOnly oldestKept, DateTime cutoff)
    {
        var dropped = new List<DateOnly>();
        foreach (var day in (await Partitions.DaysAsync(connection)).Where(day => day < oldestKept))
        {
            if (!await HasNewcomersAsync() && await partitions.DropAsync(connection, day, HasNewcomersAsync))
            {
                dropped.Add(day);
            }

            Task<bool> HasNewcomersAsync() => connection.ExecuteScalarAsync<bool>(HasNewcomers, new { day, cutoff });
        }

        return dropped;
    }
}
