using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Brings what searches found to the statement that reads it.</summary>
internal sealed class FoundLogs(DuckDBConnection connection)
{
    /// <summary>So few are read from the shard log: the table would unpack thousands of its rows for each.</summary>
    private const int ReadAlone = 200;

    private static readonly byte[] HighestFirst = [.. Enumerable.Range(0, 256).Select(value => Reversed((byte)value))];

    private int names;

    /// <summary>The logs as SQL after FROM: a table with the columns of the logstore's, and perhaps a condition.</summary>
    public string Add(Logstore logstore, LogSearch search)
    {
        if (search.IsEverything)
        {
            return $"{logstore.TableName} WHERE {search.Window}";
        }
        var found = search.Matches();
        var name = $"found{++names}";
        return found.Sum(some => some.Rows.Count) <= ReadAlone
            ? Copied(name, logstore, search, [.. found.SelectMany(some => some.Logs)])
            : $"{logstore.TableName} WHERE {Marked(name, [.. found.Where(some => !some.Rows.IsEmpty)])}";
    }

    private string Copied(string name, Logstore logstore, LogSearch search, List<IndexedLog> found)
    {
        Engine.Execute(connection, $"CREATE TEMP TABLE {name} AS FROM {logstore.TableName} LIMIT 0");
        using var appender = connection.CreateAppender("temp", "main", name);
        foreach (var (log, row) in search.Read(found))
        {
            row.AppendTo(appender, log.Sequence);
        }
        return name;
    }

    // A bit for each sequence, the highest of a byte first: unlike a join it leaves the engine free to read wide columns last.
    private string Marked(string name, List<FoundRows> found)
    {
        var (first, last) = (found[0].Source.Covers.First, found[^1].Source.Covers.Last);
        var bits = new byte[(last - first) / 8 + 2];
        foreach (var (source, rows) in found)
        {
            if (source.Covers.Last - source.Covers.First == source.Count - 1)
            {
                Mark(bits, source.Covers.First - first, rows.Bitmap);
                continue;
            }
            foreach (var row in rows.Members())
            {
                var place = source[row].Sequence - first;
                bits[place / 8] |= (byte)(0x80 >> (int)(place % 8));
            }
        }
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A name of ours.
        command.CommandText = $"SET VARIABLE {name} = CAST($bits AS BLOB)::BIT";
#pragma warning restore CA2100
        command.Parameters.Add(new DuckDBParameter("bits", bits));
        command.ExecuteNonQuery();
        return $"seq BETWEEN {Literal.Number(first)} AND {Literal.Number(last)} AND get_bit(getvariable('{name}'), CAST(seq - {Literal.Number(first)} AS INTEGER)) = 1";
    }

    // Eight at a time: of a million logs, mostly all are found, and a page asks for them five times.
    private static void Mark(Span<byte> bits, long place, ReadOnlySpan<byte> rows)
    {
        var (at, shift) = ((int)(place / 8), (int)(place % 8));
        for (var i = 0; i < rows.Length; i++)
        {
            var eight = HighestFirst[rows[i]] << (8 - shift);
            bits[at + i] |= (byte)(eight >> 8);
            bits[at + i + 1] |= (byte)eight;
        }
    }

    private static byte Reversed(byte bits) => (byte)Enumerable.Range(0, 8).Sum(bit => (bits >> bit & 1) << (7 - bit));
}
