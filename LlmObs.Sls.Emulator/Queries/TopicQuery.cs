using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>The topics of a logstore in order, a page at a time.</summary>
internal static class TopicQuery
{
    /// <param name="after">The topic the last page ended with; empty for the first.</param>
    public static IReadOnlyList<string> Run(
        DuckDBConnection connection,
        Logstore logstore,
        string after,
        int count,
        CancellationToken cancellationToken
    )
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Text enters only through Literal.
        command.CommandText = $"SELECT DISTINCT topic FROM {logstore.TableName} WHERE topic > {Literal.Text(after)} ORDER BY topic LIMIT {count}";
#pragma warning restore CA2100
        using var cut = new CommandCut(command, cancellationToken);
        using var reader = command.ExecuteReader();
        var topics = new List<string>();
        while (reader.Read())
        {
            topics.Add(reader.GetString(0));
        }
        return topics;
    }
}
