using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using LlmObs.Ingest.Bench.Stack;
using Npgsql;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>What reading costs Dify's database: 1,000 runs with 10,000 nodes of history, then looks that find nothing.</summary>
/// <param name="fixture">Dify's database as a dump, from which the runs are multiplied.</param>
internal sealed class DifyRun(string fixture, double idleSeconds)
{
    // Runs of the fixture with ten nodes or about as many, each copied as often as it takes.
    private const string Multiply = """
        CREATE TEMP TABLE template AS
            SELECT workflow_run_id AS id, count(*) AS nodes, row_number() OVER (ORDER BY abs(count(*) - 10), workflow_run_id) - 1 AS place
            FROM workflow_node_executions WHERE workflow_run_id IS NOT NULL GROUP BY workflow_run_id HAVING count(*) BETWEEN 9 AND 11;
        CREATE TEMP TABLE copied AS
            SELECT t.id AS old_id, gen_random_uuid() AS new_id, n FROM generate_series(0, 999) AS n
            JOIN template AS t ON t.place = n % (SELECT count(*) FROM template);
        CREATE TEMP TABLE new_runs AS
            SELECT r.*, c.new_id, c.n FROM workflow_runs AS r JOIN copied AS c ON c.old_id = r.id;
        CREATE TEMP TABLE new_nodes AS
            SELECT n.*, c.new_id FROM workflow_node_executions AS n JOIN copied AS c ON c.old_id = n.workflow_run_id;
        TRUNCATE workflow_runs, workflow_node_executions, messages, message_feedbacks, message_annotations, message_agent_thoughts;
        UPDATE new_runs SET id = new_id, created_at = created_at + n * interval '1 second', finished_at = finished_at + n * interval '1 second';
        ALTER TABLE new_runs DROP COLUMN new_id, DROP COLUMN n;
        UPDATE new_nodes SET id = gen_random_uuid(), workflow_run_id = new_id;
        ALTER TABLE new_nodes DROP COLUMN new_id;
        INSERT INTO workflow_runs SELECT * FROM new_runs;
        INSERT INTO workflow_node_executions SELECT * FROM new_nodes;
        VACUUM ANALYZE;
        """;

    public async Task RunAsync()
    {
        await using var ours = await BenchPostgres.StartAsync();
        await using var dify = await BenchPostgres.StartAsync();
        var difyDatabase = new NpgsqlConnectionStringBuilder(dify.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        var (runs, nodes, bytes) = await LoadAsync(difyDatabase);

        var before = CpuClock.OfTree(dify.ProcessId);
        var began = Stopwatch.GetTimestamp();
        await using var ingest = await IngestProcess.StartAsync(
            ours,
            new("http://127.0.0.1:9"),
            new()
            {
                ["Dify__Reader__ConnectionString"] = difyDatabase.Replace("Pooling=False", "", StringComparison.OrdinalIgnoreCase),
                ["Dify__Reader__HistoryDays"] = "400",
                ["Dify__Reader__PollSeconds"] = "1",
                ["Dify__Reader__QueriesPerMinute"] = "60000",
            }
        );
        await UntilAsync(ours, "SELECT count(*) = 2 AND bool_and(is_done) FROM dify_streams WHERE stream LIKE '%.history'");
        var read = Stopwatch.GetElapsedTime(began);
        var reading = CpuClock.OfTree(dify.ProcessId) - before;
        await UntilAsync(ours, "SELECT count(*) = 0 FROM updated_spans WHERE due_at IS NOT NULL");
        var written = Stopwatch.GetElapsedTime(began);
        var queries = await ours.AskAsync<long>("SELECT sum(queries)::bigint FROM dify_readers");

        before = CpuClock.OfTree(dify.ProcessId);
        var looks = await ours.AskAsync<long>("SELECT sum(queries)::bigint FROM dify_readers");
        await Task.Delay(TimeSpan.FromSeconds(idleSeconds));
        looks = (await ours.AskAsync<long>("SELECT sum(queries)::bigint FROM dify_readers") - looks) / 2;
        var idle = CpuClock.OfTree(dify.ProcessId) - before;

        Say($"{runs} runs with {nodes} nodes, {bytes / 1e6:0} MB of inputs and outputs:");
        Say(
            $"- read in {read.TotalSeconds:0.0} s with {queries} queries, start of Ingest included; every span written after {written.TotalSeconds:0.0} s"
        );
        Say($"- CPU of Dify's database meanwhile: {reading:0.00} s, {reading / read.TotalSeconds:0.0%} of one core");
        Say($"- {looks} looks that found nothing in {idleSeconds:0} s: {idle / Math.Max(1, looks) * 1000:0.00} ms of its CPU each");
    }

    private async Task<(long Runs, long Nodes, long Bytes)> LoadAsync(string connection)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var packed = new GZipStream(File.OpenRead(fixture), CompressionMode.Decompress);
        await using var load = source.CreateCommand(await new StreamReader(packed).ReadToEndAsync());
        load.CommandTimeout = 300;
        await load.ExecuteNonQueryAsync();
        await using var open = await source.OpenConnectionAsync();
        foreach (var statement in Multiply.Split(";\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement.TrimEnd(';'), open) { CommandTimeout = 300 };
            await command.ExecuteNonQueryAsync();
        }

        return (
            await AskAsync("SELECT count(*) FROM workflow_runs"),
            await AskAsync("SELECT count(*) FROM workflow_node_executions"),
            await AskAsync(
                "SELECT sum(octet_length(coalesce(inputs, '')) + octet_length(coalesce(process_data, '')) + octet_length(coalesce(outputs, '')))::bigint FROM workflow_node_executions"
            )
        );

        async Task<long> AskAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, open);
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    private static async Task UntilAsync(BenchPostgres postgres, string sql)
    {
        while (!await postgres.AskAsync<bool>(sql))
        {
            await Task.Delay(100);
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
