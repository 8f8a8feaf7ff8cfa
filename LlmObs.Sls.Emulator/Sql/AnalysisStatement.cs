using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>A statement read, checked and translated. DuckDB's parser does the reading: there is no second grammar to disagree.</summary>
public sealed class AnalysisStatement
{
    public AnalysisStatement(DuckDBConnection connection, string statement, string logstore)
    {
        var translator = new PrestoTranslator(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { logstore });
        var tree = JsonNode
            .Parse(
                Scalar(connection, $"json_serialize_sql({Literal.Text(StatementText.Prepare(statement))}, skip_default := true, skip_null := true)")
            )!
            .AsObject();
        translator.Translate(tree);
        Columns = translator.Columns;
        Sql = Scalar(connection, $"json_deserialize_sql({Literal.Text(tree.ToJsonString())})");
    }

    public string Sql { get; }

    /// <summary>Every column name it mentions.</summary>
    public IReadOnlySet<string> Columns { get; }

    private static string Scalar(DuckDBConnection connection, string expression)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A literal.
        command.CommandText = $"SELECT CAST({expression} AS VARCHAR)";
#pragma warning restore CA2100
        return (string)command.ExecuteScalar()!;
    }
}
