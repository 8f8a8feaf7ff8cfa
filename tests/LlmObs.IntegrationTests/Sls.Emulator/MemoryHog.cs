using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Holds what memory the engine has, where nothing may be laid aside on disk.</summary>
internal sealed class MemoryHog : IDisposable
{
    private readonly DuckDBConnection connection;
    private int tables;

    private MemoryHog(DuckDBConnection connection) => this.connection = connection;

    /// <param name="leaveKb">About so much stays free.</param>
    public static MemoryHog Fill(TestSls sls, int leaveKb)
    {
        var hog = new MemoryHog(sls.Connect());
        hog.TryTake(leaveKb);
        foreach (var kilobytes in (int[])[8192, 1024, 128])
        {
            while (hog.TryTake(kilobytes)) { }
        }
        Engine.Execute(hog.connection, "DROP TABLE held1");
        return hog;
    }

    public void Dispose() => connection.Dispose();

    // A table each: one of which a part found no memory is not to be trusted.
    private bool TryTake(int kilobytes)
    {
        try
        {
            Engine.Execute(
                connection,
                $"CREATE TEMP TABLE held{++tables} AS SELECT repeat(CAST(random() AS VARCHAR), 60) AS text FROM range({kilobytes})"
            );
            return true;
        }
        catch (DuckDBException full) when (Engine.IsOutOfMemory(full))
        {
            return false;
        }
    }
}
