using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Sql;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Brings logs as they were written to a statement, whatever the index says of their fields: each is a text.</summary>
internal sealed class ScannedLogs(DuckDBConnection connection)
{
    /// <summary>So many of a logstore are read at most.</summary>
    private const int Most = 500_000;
    private const int MostFields = 1000;

    private static readonly string[] Reserved = ["__time__", "__topic__", "__source__", "__date__"];
    private int tables;

    /// <summary>False when not all that was found was read.</summary>
    public bool IsAccurate { get; private set; } = true;

    /// <summary>What a search found, as a SELECT.</summary>
    /// <param name="statement">Of the names in it those of fields that occur are columns; another may be the name of one that the statement makes.</param>
    public string Select(Logstore logstore, LogSearch search, AnalysisStatement statement, CancellationToken cancellationToken)
    {
        var found = search.Matches().SelectMany(some => some.Logs).Take(Most + 1).ToList();
        IsAccurate &= found.Count <= Most;
        var all = statement.ReadsAll ? NamesIn(logstore, found, cancellationToken) : [];
        var fields = all.Concat(statement.Columns).Except(Reserved, StringComparer.OrdinalIgnoreCase).ToList();
        var table = $"scanned{++tables}";
        var columns = string.Concat(fields.Select((_, place) => $", f{place} VARCHAR"));
        Engine.Execute(connection, $"CREATE TEMP TABLE {table} (time BIGINT, topic VARCHAR, source VARCHAR{columns})");
        var occurs = Fill(table, logstore, found, fields, cancellationToken);
        var occurring = fields.Select((field, place) => occurs[place] ? $", f{place} AS {Literal.Name(field)}" : "");
        return $"""
            SELECT time AS "__time__", topic AS "__topic__", source AS "__source__", sls_ts(time) AS "__date__"{string.Concat(occurring)} FROM {table}
            """;
    }

    /// <summary>Names of all fields, in the order in which they first occur; of those that differ in case only the first.</summary>
    private static List<string> NamesIn(Logstore logstore, List<IndexedLog> found, CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (var (_, log, origin) in logstore.Read(found.Take(Most)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.AddRange(FieldsOf(log, origin).Select(field => field.Name).Where(known.Add));
            if (names.Count > MostFields)
            {
                throw SlsException.Parameter(
                    $"ErrorType:NotSupported.ErrorMessage:* in a scan of logs with more than {MostFields} fields, name those that are needed"
                );
            }
        }
        return names;
    }

    /// <returns>Whether each field occurs.</returns>
    private bool[] Fill(string table, Logstore logstore, List<IndexedLog> found, List<string> fields, CancellationToken cancellationToken)
    {
        var places = fields.Select((field, place) => (field, place)).ToDictionary(at => at.field, at => at.place, StringComparer.OrdinalIgnoreCase);
        var occurs = new bool[fields.Count];
        // Of no logs every column is empty, so that a statement over a quiet hour is no error.
        Array.Fill(occurs, found.Count == 0);
        using var appender = connection.CreateAppender("temp", "main", table);
        foreach (var (_, log, origin) in logstore.Read(found.Take(Most)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = appender.CreateRow().AppendValue((long?)log.Time).AppendValue(origin.Topic).AppendValue(origin.Source);
            var values = new string?[fields.Count];
            foreach (var (field, value) in FieldsOf(log, origin).Where(field => places.ContainsKey(field.Name)))
            {
                // The engine takes no NUL inside text.
                values[places[field]] = value.Replace('\0', '\uFFFD');
                occurs[places[field]] = true;
            }
            foreach (var value in values)
            {
                row.AppendValue(value);
            }
            row.EndRow();
        }
        return occurs;
    }

    private static IEnumerable<(string Name, string Value)> FieldsOf(Log log, LogOrigin origin) =>
        origin.Tags.Select(tag => ($"__tag__:{tag.Name}", tag.Value)).Concat(RawLog.Fields(log).Select(field => (field.Key, field.Value)));
}
