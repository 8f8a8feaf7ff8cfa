using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Npgsql;

namespace LlmObs.Storage.Writing;

/// <summary>Makes and drops the day partitions of <c>spans</c> and <c>span_contents</c>. Any number of services may do so at once.</summary>
public sealed class Partitions
{
    internal const string OutsideTimeSuffix = "outside_time";
    private static readonly string[] Tables = ["spans", "span_contents"];
    private readonly ConcurrentDictionary<DateOnly, bool> known = new() { [Rows.SpanDay.OutsideTime] = true };

    /// <summary>Makes the partitions of days not seen before. Outside the writer's transaction, so that a rollback does not undo it and nobody waits for it.</summary>
    internal async Task EnsureAsync(NpgsqlConnection connection, IEnumerable<DateOnly> days)
    {
        foreach (var day in days)
        {
            if (!known.ContainsKey(day))
            {
                await MakeAsync(connection, day);
                known[day] = true;
            }
        }
    }

    /// <summary>Forgets what is known, after another service dropped a partition.</summary>
    internal void Forget()
    {
        known.Clear();
        known[Rows.SpanDay.OutsideTime] = true;
    }

    /// <summary>Days with a partition, oldest first, without the one outside time.</summary>
    internal static async Task<IReadOnlyList<DateOnly>> DaysAsync(NpgsqlConnection connection)
    {
        var names = await connection.QueryAsync<string>(
            """
            SELECT c.relname
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'spans'::regclass
            ORDER BY c.relname
            """
        );
        return
        [
            .. names
                .Where(name => !name.EndsWith(OutsideTimeSuffix, StringComparison.Ordinal))
                .Select(name => DateOnly.ParseExact(name["spans_".Length..], "yyyyMMdd", CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Drops a day from both tables, for good. Gives up after two seconds behind a long reader; the next round tries again.</summary>
    /// <param name="isWanted">Asked when nobody can write to it any more: until then rows may have come.</param>
    /// <returns>False when it is wanted, and stays.</returns>
    internal async Task<bool> DropAsync(NpgsqlConnection connection, DateOnly day, Func<Task<bool>> isWanted)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SET LOCAL lock_timeout = '2s'");
        await connection.ExecuteAsync("LOCK TABLE ONLY spans IN ACCESS EXCLUSIVE MODE");
        if (await isWanted())
        {
            return false;
        }

        foreach (var table in Tables)
        {
            await connection.ExecuteAsync($"DROP TABLE IF EXISTS {NameOf(table, day)}");
        }

        await transaction.CommitAsync();
        known.TryRemove(day, out _);
        return true;
    }

    internal static string NameOf(string table, DateOnly day) => $"{table}_{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";

    // CREATE TABLE … PARTITION OF would lock out every reader of the parent; ATTACH does not.
    private static async Task MakeAsync(NpgsqlConnection connection, DateOnly day)
    {
        var (from, to) = (
            day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            day.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        );
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(4201776002)");
        foreach (var table in Tables)
        {
            var name = NameOf(table, day);
            if (await connection.ExecuteScalarAsync<string?>("SELECT to_regclass(@name)::text", new { name }) is null)
            {
                await connection.ExecuteAsync(
                    $"""
                    CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING STORAGE);
                    ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{from}') TO ('{to}');
                    """
                );
            }
        }

        await transaction.CommitAsync();
    }
}
