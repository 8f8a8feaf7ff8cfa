using System.Globalization;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>A range of hash keys; what is written to it is read in order by its cursors. Its logs stand in the one shard log of the logstore.</summary>
/// <param name="BeginKey">32 hex digits, inclusive.</param>
/// <param name="EndKey">32 hex digits, exclusive; the last range takes ffff… as well.</param>
/// <param name="CreatedAt">Unix seconds.</param>
public sealed record Shard(int Id, bool IsWritable, string BeginKey, string EndKey, long CreatedAt);

/// <summary>Splits, merges and chooses among the shards of a logstore. Pure: every change is a new list.</summary>
public static class Shards
{
    private const int Most = 256;
    private const string Lowest = "00000000000000000000000000000000";
    private const string Highest = "ffffffffffffffffffffffffffffffff";

    public static IReadOnlyList<Shard> Create(int count, long now) =>
        [.. Parts(Parse(Lowest), Parse(Highest), Math.Clamp(count, 1, Most)).Select((part, id) => new Shard(id, true, part.Begin, part.End, now))];

    public static Shard Find(IReadOnlyList<Shard> shards, int id) =>
        shards.FirstOrDefault(shard => shard.Id == id) ?? throw SlsException.Invalid("ShardNotExist", $"shard {id} does not exist");

    /// <summary>The writable shard whose range holds a key.</summary>
    public static Shard Holding(IReadOnlyList<Shard> shards, string key)
    {
        var number = Parse(key);
        return shards.First(shard =>
            shard.IsWritable && Parse(shard.BeginKey) <= number && (number < Parse(shard.EndKey) || shard.EndKey == Highest)
        );
    }

    /// <summary>Closes a shard and opens <paramref name="count"/> in its place, cut at a key (two) or in equal parts.</summary>
    public static IReadOnlyList<Shard> Split(IReadOnlyList<Shard> shards, int id, string? key, int count, long now)
    {
        var parent = Writable(shards, id);
        var (begin, end) = (Parse(parent.BeginKey), Parse(parent.EndKey));
        List<(string Begin, string End)> parts;
        if (key is { Length: > 0 })
        {
            var cut = Parse(key);
            parts =
                cut > begin && cut < end
                    ? [(parent.BeginKey, Text(cut)), (Text(cut), parent.EndKey)]
                    : throw SlsException.Parameter($"key {key} is not inside shard {id}");
        }
        else
        {
            parts =
                count >= 2 && end - begin > (UInt128)count
                    ? Parts(begin, end, count)
                    : throw SlsException.Parameter($"shard {id} cannot be split into {count}");
        }
        if (shards.Count(shard => shard.IsWritable) - 1 + parts.Count > Most)
        {
            throw SlsException.Parameter($"a logstore has at most {Most} shards");
        }
        return [.. Closed(shards, [id]), .. parts.Select((part, i) => new Shard(shards[^1].Id + 1 + i, true, part.Begin, part.End, now))];
    }

    /// <summary>Closes a shard and its right neighbour and opens one in their place.</summary>
    public static IReadOnlyList<Shard> Merge(IReadOnlyList<Shard> shards, int id, long now)
    {
        var left = Writable(shards, id);
        var right =
            shards.FirstOrDefault(shard => shard.IsWritable && shard.BeginKey == left.EndKey)
            ?? throw SlsException.Parameter($"shard {id} has no writable neighbour to its right");
        return [.. Closed(shards, [left.Id, right.Id]), new Shard(shards[^1].Id + 1, true, left.BeginKey, right.EndKey, now)];
    }

    private static Shard Writable(IReadOnlyList<Shard> shards, int id) =>
        Find(shards, id) is { IsWritable: true } shard ? shard : throw SlsException.Parameter($"shard {id} is readonly");

    private static IEnumerable<Shard> Closed(IReadOnlyList<Shard> shards, int[] ids) =>
        shards.Select(shard => ids.Contains(shard.Id) ? shard with { IsWritable = false } : shard);

    private static List<(string Begin, string End)> Parts(UInt128 begin, UInt128 end, int count)
    {
        var width = (end - begin) / (UInt128)count + 1;
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => (Text(begin + width * (UInt128)i), i == count - 1 ? Text(end) : Text(begin + width * (UInt128)(i + 1)))),
        ];
    }

    private static UInt128 Parse(string key) =>
        key.Length == 32 && UInt128.TryParse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlsException.Parameter($"key {key} is not 32 hex digits");

    private static string Text(UInt128 number) => number.ToString("x32", CultureInfo.InvariantCulture);
}
