using System.Diagnostics;
using System.Globalization;
using System.Text;
using LlmObs.Ingest.Bench.Load;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Ingest.Bench.Copy;

/// <summary>
/// What there is to compare with: one client that copies ready rows, the same that Ingest wrote, into the same tables by binary COPY, and commits as often
/// as batches of the same size would. It decodes, maps, compresses and looks up nothing; its rows are bytes in memory, of which only the ids change.
/// </summary>
internal sealed class BareCopy(NpgsqlDataSource source, BinaryRows spans, BinaryRows contents)
{
    private static readonly byte[] End = [0xFF, 0xFF];

    public async Task<LoadResult> RunAsync(int batch, double warmUpSeconds, double seconds)
    {
        await using var connection = await source.OpenConnectionAsync();
        var milliseconds = new List<double>();
        var counting = Stopwatch.GetTimestamp() + (long)(warmUpSeconds * Stopwatch.Frequency);
        var end = counting + (long)(seconds * Stopwatch.Frequency);
        for (long number = 0; ; number += batch)
        {
            var began = Stopwatch.GetTimestamp();
            if (began >= end)
            {
                break;
            }

            await CommitAsync(connection, number, batch);
            var committed = Stopwatch.GetTimestamp();
            if (committed >= counting && committed <= end)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(began, committed).TotalMilliseconds);
            }
        }

        var percentiles = new Percentiles(milliseconds);
        return new(milliseconds.Count * (long)batch, milliseconds.Count, 0, seconds, percentiles.At(0.5), percentiles.At(0.99));
    }

    private async Task CommitAsync(NpgsqlConnection connection, long first, int batch)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await CopyAsync(connection, spans, first, batch);
        await CopyAsync(connection, contents, first, batch);
        await using (
            var outbox = await connection.BeginBinaryImportAsync(
                "COPY outbox (batch_id, project_id, attempts, span_count, days, trace_ids, span_ids) FROM STDIN (FORMAT BINARY)"
            )
        )
        {
            var numbers = Enumerable.Range(0, batch).Select(i => first + i).ToList();
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            await outbox.StartRowAsync();
            await outbox.WriteAsync(Guid.CreateVersion7());
            await outbox.WriteAsync(1);
            await outbox.WriteAsync(1);
            await outbox.WriteAsync(batch);
            await outbox.WriteAsync(numbers.Select(_ => today).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Date);
            await outbox.WriteAsync(numbers.Select(TraceId).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await outbox.WriteAsync(numbers.Select(SpanId).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await outbox.CompleteAsync();
        }

        await transaction.CommitAsync();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, BinaryRows rows, long first, int batch)
    {
        await using var stream = await connection.BeginRawBinaryCopyAsync(rows.CopyIn);
        await stream.WriteAsync(rows.Header);
        for (var i = 0; i < batch; i++)
        {
            var row = rows.Rows[(int)((first + i) % rows.Rows.Count)];
            Encoding.ASCII.GetBytes(TraceId(first + i), row.Bytes.AsSpan(row.TraceIdAt));
            Encoding.ASCII.GetBytes(SpanId(first + i), row.Bytes.AsSpan(row.SpanIdAt));
            await stream.WriteAsync(row.Bytes);
        }

        await stream.WriteAsync(End);
    }

    // As random to an index as those that are sent, and as many to a trace.
    private static string TraceId(long number) => Hex(number / 10 * 2) + Hex((number / 10 * 2) + 1);

    private static string SpanId(long number) => Hex(~number);

    private static string Hex(long number) => unchecked((ulong)number * 0x9E3779B97F4A7C15).ToString("x16", CultureInfo.InvariantCulture);
}
