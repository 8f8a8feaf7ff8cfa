using Npgsql;

namespace LlmObs.Storage.Sandbox;

/// <summary>What is known of a sandbox's role.</summary>
/// <param name="Problem">Why it may not be used; null when it may.</param>
/// <param name="Forbidden">Functions that generated SQL may not call.</param>
internal sealed record SandboxVerdict(string? Problem, IReadOnlySet<string> Forbidden, DateTimeOffset CheckedAt);

/// <summary>Looks at what a role may do. Only one that can read and nothing else is let in.</summary>
internal static class PostgresSandboxCheck
{
    // pg_read_all_data only reads tables; every other membership could give more than can be seen here.
    private const string Problem = """
        SELECT format('The role %I %s. Give the sandbox a role of its own with SELECT and nothing else.', current_user, p.problem)
        FROM (
            SELECT 1 AS rank, 'is a superuser' AS problem FROM pg_roles WHERE rolname = current_user AND rolsuper
            UNION ALL SELECT 2, 'may make roles, databases or replicas, or passes over row security' FROM pg_roles
                WHERE rolname = current_user AND (rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
            UNION ALL SELECT 3, 'is not the role that logged in' WHERE session_user <> current_user
            UNION ALL SELECT 4, format('is a member of %I', g.rolname) FROM pg_roles AS g
                WHERE g.rolname NOT IN (current_user, 'pg_read_all_data') AND pg_has_role(current_user, g.oid, 'MEMBER')
            UNION ALL SELECT 5, format('may create in the database %I', current_database()) WHERE has_database_privilege(current_database(), 'CREATE')
            UNION ALL SELECT 6, format('may create in the schema %I', nspname) FROM pg_namespace
                WHERE nspname NOT LIKE 'pg\_%' AND has_schema_privilege(oid, 'CREATE')
            UNION ALL SELECT 7, format('may write to %s', c.oid::regclass) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
                  AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER') OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
            UNION ALL SELECT 8, format('may move the sequence %s', c.oid::regclass) FROM pg_class AS c
                WHERE CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE, UPDATE') END
        ) AS p
        ORDER BY p.rank, p.problem
        LIMIT 1
        """;

    private const string Forbidden = """
        SELECT DISTINCT p.proname
        FROM pg_proc AS p
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        JOIN pg_language AS l ON l.oid = p.prolang
        WHERE CASE WHEN n.nspname = 'pg_catalog'
            THEN p.provolatile = 'v' AND p.proname <> ALL ('{random,random_normal,setseed,clock_timestamp,timeofday,gen_random_uuid,uuidv4,uuidv7,pg_relation_size,pg_total_relation_size,pg_table_size,pg_database_size}')
            ELSE p.provolatile = 'v' OR p.prosecdef OR (NOT l.lanpltrusted AND p.provolatile <> 'i')
        END
        """;

    public static async Task<SandboxVerdict> RunAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var problem = await connection.FindAsync<string?>(Problem, null, cancellationToken);
        var forbidden = await connection.QueryAsync<string>(Forbidden, null, cancellationToken);
        return new(problem, forbidden.ToHashSet(StringComparer.Ordinal), now);
    }
}
