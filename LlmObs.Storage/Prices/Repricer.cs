using LlmObs.Domain;
using LlmObs.Domain.Prices;
using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Sampling;
using LlmObs.Storage.Writing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LlmObs.Storage.Prices;

/// <summary>Works out anew what stored model calls cost, a page at a time, by the prices of now. A cost that the sender gave is left alone.</summary>
/// <remarks>
/// A page and how far it has come are one transaction, so that a killed process repeats nothing. A span whose cost changes gets a new version and goes to
/// SLS again. The request's row is locked meanwhile: replicas share the work by request.
/// </remarks>
public sealed class Repricer(Database database, PriceBook prices, IOptions<StorageOptions> options)
{
    // A price that was saved just before the request must be in this replica's book.
    private const string Claim = """
        SELECT r.id AS "Id", r.project_id AS "ProjectId", p.name AS "ProjectName", r.from_at AS "From", r.to_at AS "To",
            r.last_at AS "LastAt", r.last_trace_id AS "LastTraceId", r.last_span_id AS "LastSpanId"
        FROM repricings AS r
        JOIN projects AS p ON p.id = r.project_id
        WHERE r.finished_at IS NULL AND r.asked_at <= clock_timestamp() - @lifetime
        ORDER BY r.id
        LIMIT 1
        FOR UPDATE OF r SKIP LOCKED
        """;

    private const string Page = """
        SELECT s.received_at AS "ReceivedAt", s.day AS "Day", s.trace_id AS "TraceId", s.span_id AS "SpanId"
        FROM spans AS s
        WHERE s.project_id = @ProjectId AND s.kind IN (4, 5, 7) AND s.received_at >= @From AND s.received_at < @To
          AND (@LastAt::timestamptz IS NULL OR (s.received_at, s.trace_id, s.span_id) > (@LastAt, @LastTraceId, @LastSpanId))
        ORDER BY s.received_at, s.trace_id, s.span_id
        LIMIT @limit
        """;

    // Locked in one order, so that two who change spans cannot wait for each other.
    private const string Load = $"""
        SELECT {SpanRow.Columns}, coalesce(c.json_bytes, 0) AS "JsonBytes"
        FROM unnest(@days, @traceIds, @spanIds) AS t (day, trace_id, span_id)
        JOIN spans AS s ON s.project_id = @projectId AND s.trace_id = t.trace_id AND s.span_id = t.span_id AND s.day = t.day
        LEFT JOIN span_contents AS c ON c.project_id = @projectId AND c.trace_id = t.trace_id AND c.span_id = t.span_id AND c.day = t.day
        ORDER BY s.trace_id, s.span_id, s.day
        FOR UPDATE OF s
        """;

    private const string Advance = """
        UPDATE repricings
        SET looked_spans = looked_spans + @looked, changed_spans = changed_spans + @changed, finished_at = CASE WHEN @isLast THEN now() END,
            last_at = coalesce(@lastAt, last_at), last_trace_id = coalesce(@lastTraceId, last_trace_id), last_span_id = coalesce(@lastSpanId, last_span_id)
        WHERE id = @id
        """;

    /// <summary>Works out one page of one request.</summary>
    /// <returns>False when no request is open that another replica does not have.</returns>
    public async Task<bool> TurnAsync(int limit, CancellationToken cancellationToken)
    {
        var table = await prices.TableAsync(cancellationToken);
        return await database.InTransactionAsync(
            async connection =>
            {
                var lifetime = PriceBook.Lifetime + PriceBook.Patience;
                if (await connection.FindAsync<RequestRow>(Claim, new { lifetime }, cancellationToken) is not { } request)
                {
                    return false;
                }

                await RepriceAsync(connection, request, table, limit, cancellationToken);
                return true;
            },
            cancellationToken
        );
    }

    private async Task RepriceAsync(NpgsqlConnection connection, RequestRow request, PriceTable table, int limit, CancellationToken cancellationToken)
    {
        var from = new
        {
            request.ProjectId,
            request.From,
            request.To,
            request.LastAt,
            request.LastTraceId,
            request.LastSpanId,
            limit,
        };
        var page = await connection.QueryAsync<CallRow>(Page, from, cancellationToken);
        var changed = await ChangedAsync(connection, request.ProjectId, page, table, cancellationToken);
        if (changed.Count > 0)
        {
            await StoreAsync(connection, new(request.ProjectId, request.ProjectName), changed, cancellationToken);
        }

        var last = page.LastOrDefault();
        var advance = new
        {
            id = request.Id,
            looked = page.Count,
            changed = changed.Count,
            isLast = page.Count < limit,
            lastAt = last?.ReceivedAt,
            lastTraceId = last?.TraceId,
            lastSpanId = last?.SpanId,
        };
        await connection.ExecuteAsync(Advance, advance, cancellationToken);
    }

    /// <summary>The calls whose cost is another by these prices, each with it and in its next version.</summary>
    private static async Task<List<PreparedSpan>> ChangedAsync(
        NpgsqlConnection connection,
        int projectId,
        List<CallRow> page,
        PriceTable table,
        CancellationToken cancellationToken
    )
    {
        var parameters = new
        {
            projectId,
            days = page.Select(call => call.Day).ToArray(),
            traceIds = page.Select(call => call.TraceId).ToArray(),
            spanIds = page.Select(call => call.SpanId).ToArray(),
        };
        var changed = new List<PreparedSpan>();
        foreach (var row in await connection.QueryAsync<SpanRow>(Load, parameters, cancellationToken))
        {
            var span = row.ToSpan();
            var priced = table.Price(span);
            if (priced.Cost != span.Cost)
            {
                var record = new SpanRecord(priced, SpanContent.Empty) { Revision = row.Revision + 1, ReceivedAt = new(row.ReceivedAt) };
                // The content stays as it is; its size decides how many spans go to SLS together.
                changed.Add(new(new(row.TraceId, row.SpanId), row.Day, record, new EncodedContent([], row.JsonBytes)));
            }
        }

        return changed;
    }

    private async Task StoreAsync(NpgsqlConnection connection, Project project, List<PreparedSpan> changed, CancellationToken cancellationToken)
    {
        await using (var update = new NpgsqlBatch(connection) { BatchCommands = { SpanUpdate.Spans(project.Id, changed) } })
        {
            await update.ExecuteNonQueryAsync(cancellationToken);
        }

        var ready = await TraceSampling.NotHeldAsync(connection, project.Id, changed, cancellationToken);
        await OutboxInsert.AddAsync(connection, project, ready, lease: null, options.Value, cancellationToken);
    }

    private sealed record RequestRow(
        long Id,
        int ProjectId,
        string ProjectName,
        DateTime From,
        DateTime To,
        DateTime? LastAt,
        string LastTraceId,
        string LastSpanId
    );

    private sealed record CallRow(DateTime ReceivedAt, DateOnly Day, string TraceId, string SpanId);
}
