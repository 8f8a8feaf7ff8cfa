using System.Buffers.Binary;
using Npgsql;

namespace LlmObs.Ingest.Bench.Copy;

/// <summary>Rows of a table in the form of binary COPY, as they were read from it.</summary>
internal sealed class BinaryRows
{
    // PGCOPY, a newline, 0xFF, and so on; flags; the length of nothing more.
    private const int HeaderBytes = 19;

    private readonly string[] columns;

    private BinaryRows(string table, string[] columns, byte[] header, IReadOnlyList<BinaryRow> rows) =>
        (Table, this.columns, Header, Rows) = (table, columns, header, rows);

    public string Table { get; }

    public byte[] Header { get; }

    public IReadOnlyList<BinaryRow> Rows { get; }

    public string CopyIn => $"COPY {Table} ({string.Join(", ", columns)}) FROM STDIN (FORMAT BINARY)";

    /// <summary>Reads up to <paramref name="limit"/> rows. Columns that the writer leaves to their default are left out.</summary>
    public static async Task<BinaryRows> ReadAsync(NpgsqlDataSource source, string table, int limit)
    {
        await using var connection = await source.OpenConnectionAsync();
        var columns = await ColumnsAsync(connection, table);
        using var all = new MemoryStream();
        await using (
            var stream = await connection.BeginRawBinaryCopyAsync(
                $"COPY (SELECT {string.Join(", ", columns)} FROM {table} ORDER BY trace_id, span_id LIMIT {limit}) TO STDOUT (FORMAT BINARY)"
            )
        )
        {
            await stream.CopyToAsync(all);
        }

        var bytes = all.ToArray();
        return new(table, columns, bytes[..HeaderBytes], [.. Split(bytes, Array.IndexOf(columns, "trace_id"), Array.IndexOf(columns, "span_id"))]);
    }

    private static async Task<string[]> ColumnsAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand(
            "SELECT array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = @table AND column_default IS NULL",
            connection
        );
        command.Parameters.Add(new("table", table));
        return (string[])(await command.ExecuteScalarAsync())!;
    }

    private static IEnumerable<BinaryRow> Split(byte[] bytes, int traceColumn, int spanColumn)
    {
        for (var at = HeaderBytes; BinaryPrimitives.ReadInt16BigEndian(bytes.AsSpan(at)) is var fields and > 0; )
        {
            var (start, trace, span) = (at, 0, 0);
            at += 2;
            for (var field = 0; field < fields; field++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
                at += 4;
                (trace, span) = (field == traceColumn ? at - start : trace, field == spanColumn ? at - start : span);
                at += Math.Max(0, length);
            }

            yield return new(bytes[start..at], trace, span);
        }
    }
}

/// <param name="TraceIdAt">Where in <paramref name="Bytes"/> the 32 digits stand.</param>
/// <param name="SpanIdAt">Where the 16 digits stand.</param>
internal sealed record BinaryRow(byte[] Bytes, int TraceIdAt, int SpanIdAt);
