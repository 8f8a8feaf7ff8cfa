namespace LlmObs.Storage.Dify;

/// <summary>What this database of Dify's has that not all have.</summary>
/// <param name="HasTimeIndex">Runs and messages can be read in order of time (from 1.12 on); before, app by app.</param>
/// <param name="HasOffload">Large values lie in files (from 1.9 on).</param>
/// <param name="HasExceptions"><c>workflow_runs.exceptions_count</c>.</param>
public sealed record DifySchema(bool HasTimeIndex, bool HasOffload, bool HasExceptions)
{
    private const string Columns = """
        SELECT table_name AS "Table", column_name AS "Column"
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = ANY (@tables)
        """;

    private const string Indexes = """
        SELECT c.relname AS "Table", string_agg(a.attname, ',' ORDER BY k.place) AS "Columns"
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indrelid
        JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place) ON true
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (@tables) AND i.indpred IS NULL
        GROUP BY i.indexrelid, c.relname
        """;

    private static readonly Dictionary<string, string> Needed = new()
    {
        ["workflow_runs"] =
            "id tenant_id app_id workflow_id type triggered_from version graph inputs status outputs error elapsed_time total_tokens created_by_role created_by created_at finished_at",
        ["workflow_node_executions"] =
            "id tenant_id app_id workflow_run_id index node_id node_type title inputs process_data outputs status error elapsed_time execution_metadata created_at created_by_role created_by finished_at",
        ["messages"] =
            "id app_id model_provider model_id conversation_id query message message_tokens answer answer_tokens provider_response_latency total_price currency from_end_user_id from_account_id created_at updated_at workflow_run_id status error message_metadata invoke_from",
        ["message_feedbacks"] = "id message_id rating content from_source updated_at",
        ["message_annotations"] = "id message_id content updated_at",
        ["message_agent_thoughts"] =
            "id message_id position thought tool tool_input observation tool_meta_str answer message message_token answer_token total_price currency latency created_at",
        ["apps"] = "id name mode tenant_id",
        ["tenants"] = "id name",
        ["accounts"] = "id name email",
        ["end_users"] = "id name session_id",
        ["tool_workflow_providers"] = "id name app_id tenant_id",
    };

    private const string Offload = "workflow_node_execution_offload";

    /// <exception cref="DifyUnavailableException">A table or column that is needed is not there; the message names it.</exception>
    public static async Task<DifySchema> ReadAsync(DifyDatabase dify, CancellationToken cancellationToken)
    {
        string[] tables = [.. Needed.Keys, Offload];
        var columns = (await dify.QueryAsync<ColumnRow>(Columns, new { tables }, cancellationToken)).ToLookup(row => row.Table, row => row.Column);
        foreach (var (table, names) in Needed)
        {
            if (!columns[table].Any())
            {
                throw Unknown($"there is no table {table}, or the user may not read it");
            }

            foreach (var name in names.Split(' '))
            {
                if (!columns[table].Contains(name))
                {
                    throw Unknown($"table {table} has no column {name}");
                }
            }
        }

        var indexes = await dify.QueryAsync<IndexRow>(Indexes, new { tables }, cancellationToken);
        return new(
            Has("workflow_runs", "created_at,id") && Has("messages", "created_at,id"),
            columns[Offload].Contains("node_execution_id"),
            columns["workflow_runs"].Contains("exceptions_count")
        );

        bool Has(string table, string first) =>
            indexes.Any(index => index.Table == table && (index.Columns + ",").StartsWith(first + ",", StringComparison.Ordinal));
    }

    private static DifyUnavailableException Unknown(string what) =>
        new($"This is no database of Dify 1.0 to 1.17 as docs/dify.md describes it: {what}. Nothing is read from it.");

    private sealed record ColumnRow(string Table, string Column);

    private sealed record IndexRow(string Table, string Columns);
}
