using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>A statement read, checked and translated. DuckDB's parser does the reading: there is no second grammar to disagree.</summary>
public sealed class AnalysisStatement
{
    private readonly string sql;
    private readonly TimeSeries? series;

    /// <param name="logstore">The one that is asked.</param>
    /// <param name="isSibling">Whether the project has a logstore of that name.</param>
    public AnalysisStatement(DuckDBConnection connection, string statement, string logstore, Func<string, bool> isSibling)
    {
        var (prepared, isScan) = StatementText.Prepare(statement);
        var translator = new PrestoTranslator(logstore, isSibling);
        var tree = JsonNode
            .Parse(Scalar(connection, $"json_serialize_sql({Literal.Text(prepared)}, skip_default := true, skip_null := true)"))!
            .AsObject();
        translator.Translate(tree);
        IsScan = isScan;
        ReadsAll = translator.ReadsAll;
        Columns = translator.Columns;
        Siblings = translator.Siblings;
        Shifts = translator.Shifts;
        series = translator.Series;
        sql = Scalar(connection, $"json_deserialize_sql({Literal.Text(tree.ToJsonString())})");
    }

    /// <summary>It reads the logs as they were written, whatever the index says: every field is a text.</summary>
    public bool IsScan { get; }

    /// <summary>Every column name it mentions.</summary>
    public IReadOnlySet<string> Columns { get; }

    /// <summary>It reads the columns that it does not mention, too.</summary>
    public bool ReadsAll { get; }

    /// <summary>Other logstores that it reads, by the name of the table it reads them as.</summary>
    public IReadOnlyDictionary<string, string> Siblings { get; }

    /// <summary>It also reads the logs so many seconds earlier, as <see cref="PeriodComparison.TableBefore"/>.</summary>
    public IReadOnlySet<long> Shifts { get; }

    /// <param name="from">Of the logs it reads, Unix seconds; null when it bounds the time itself.</param>
    public string Sql(long? from, long? to) => series?.Over(sql, from, to) ?? sql;

    private static string Scalar(DuckDBConnection connection, string expression)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A literal.
        command.CommandText = $"SELECT CAST({expression} AS VARCHAR)";
#pragma warning restore CA2100
        return (string)command.ExecuteScalar()!;
    }
}
