using DuckDB.NET.Data;

namespace LlmObs.Sls.Emulator.Storage;

public static class LogstoreExtent
{
    /// <summary>How many logs there are, and the times of the oldest and the newest, Unix seconds.</summary>
    public static (long Logs, long? Oldest, long? Newest) Extent(this Logstore logstore, DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The table's name is ours.
        command.CommandText = $"SELECT count(*), min(time), max(time) FROM {logstore.TableName}";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        reader.Read();
        return reader.IsDBNull(1) ? (0, null, null) : (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
