using System.Globalization;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>What a producer wrote around one log.</summary>
/// <param name="Logs">JSON objects in the order written, the anchor among them.</param>
internal sealed record LogContext(int Back, int Forward, IReadOnlyList<string> Logs);

/// <summary>
/// Finds the neighbours of a log. A producer numbers its packs: the tag <c>__pack_id__</c> is <c>{prefix}-{hex number}</c>. What has one
/// prefix, source and topic is one stream, in the order of the packs and, within a pack, as written; only a day to either side is looked at.
/// </summary>
internal sealed class ContextQuery(Logstore logstore, string packId, long anchor, int back, int forward)
{
    private const long Day = 86400;
    private readonly string prefix = packId.LastIndexOf('-') is > 0 and var dash
        ? packId[..(dash + 1)]
        : throw SlsException.Parameter($"pack_id {packId} is not {{prefix}}-{{number}}");

    public LogContext Run(DuckDBConnection connection, CancellationToken cancellationToken)
    {
        var (stream, place) = Stream(connection, cancellationToken);
        var earlier = Neighbours(connection, $"{stream} AND {Order} < {place}", "DESC", back, cancellationToken);
        earlier.Reverse();
        var rest = Neighbours(connection, $"{stream} AND {Order} >= {place}", "ASC", forward + 1, cancellationToken);
        return new LogContext(
            earlier.Count,
            rest.Count - 1,
            [
                .. logstore
                    .Read(logstore.Snapshot().Find(earlier.Concat(rest)))
                    .Select((read, i) => WithNumber(PackMeta.AddTo(RawLog.Json(read.Log, read.Origin), read.At.Sequence), i - earlier.Count)),
            ]
        );
    }

    // Hex numbers of different lengths sort by length first.
    private static string Order => $"(length({Number}), upper({Number}), seq)";

    private static string Number =>
        $"regexp_extract(tags, {Literal.Text(Mark("__pack_id__") + "[^" + Tokenizer.Separator + "]*-([0-9A-Fa-f]+)")}, 1)";

    private static string Mark(string tag) => $"{Tokenizer.Separator}{tag}{Tokenizer.PathMark}";

    /// <summary>The condition that picks the anchor's stream, and the anchor's place in it.</summary>
    private (string Stream, string Place) Stream(DuckDBConnection connection, CancellationToken cancellationToken)
    {
        var tag = Literal.Text(Mark("__pack_id__") + packId + Tokenizer.Separator);
        using var command = Command(
            connection,
            $"SELECT time, topic, source, {Number} FROM {logstore.TableName} WHERE seq = {anchor} AND contains(tags, {tag})"
        );
        using var cut = new CommandCut(command, cancellationToken);
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            throw SlsException.Parameter($"there is no log of pack {packId} at this pack_meta");
        }
        var time = reader.GetInt64(0);
        var number = Literal.Text(reader.GetString(3));
        var stream = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            time BETWEEN {time - Day} AND {time + Day} AND topic = {Literal.Text(reader.GetString(1))} AND source = {Literal.Text(
                reader.GetString(2)
            )}
            AND contains(tags, {Literal.Text(Mark("__pack_id__") + prefix)})
            """
        );
        return (stream, $"(length({number}), upper({number}), {anchor.ToString(CultureInfo.InvariantCulture)})");
    }

    private List<long> Neighbours(DuckDBConnection connection, string condition, string direction, int count, CancellationToken cancellationToken)
    {
        using var command = Command(
            connection,
            $"""
            SELECT seq FROM {logstore.TableName} WHERE {condition}
            ORDER BY length({Number}) {direction}, upper({Number}) {direction}, seq {direction} LIMIT {count}
            """
        );
        using var cut = new CommandCut(command, cancellationToken);
        using var reader = command.ExecuteReader();
        var logs = new List<long>();
        while (reader.Read())
        {
            logs.Add(reader.GetInt64(0));
        }
        return logs;
    }

    private static string WithNumber(string raw, int number) =>
        $"{{\"__index_number__\":\"{number.ToString(CultureInfo.InvariantCulture)}\",{raw[1..]}";

    private static DuckDBCommand Command(DuckDBConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters only through Literal.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
