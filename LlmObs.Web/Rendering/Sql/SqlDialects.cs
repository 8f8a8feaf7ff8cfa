namespace LlmObs.Web.Rendering.Sql;

/// <summary>Names of databases, as spans and fences spell them and as people do.</summary>
public static class SqlDialects
{
    /// <summary>True for the word of a fence that means SQL of any dialect.</summary>
    public static bool IsSql(string? word) => word is not null && (word.Equals("sql", StringComparison.OrdinalIgnoreCase) || Name(word) is not null);

    /// <summary>The name people write, for a value of <c>db.system.name</c> or a fence's word; null for what is no SQL database we know.</summary>
    public static string? Name(string? word) =>
        word?.ToLowerInvariant() switch
        {
            "mysql" => "MySQL",
            "mariadb" => "MariaDB",
            "postgresql" or "postgres" or "pgsql" or "plpgsql" => "PostgreSQL",
            "sqlite" or "sqlite3" => "SQLite",
            "mssql" or "microsoft.sql_server" or "tsql" or "t-sql" => "SQL Server",
            "oracle" or "oracle.db" or "plsql" => "Oracle",
            "clickhouse" => "ClickHouse",
            "hive" => "Hive",
            "spark" or "sparksql" => "Spark SQL",
            "presto" => "Presto",
            "trino" => "Trino",
            "bigquery" or "gcp.bigquery" => "BigQuery",
            "snowflake" => "Snowflake",
            "duckdb" => "DuckDB",
            "maxcompute" or "odps" => "MaxCompute",
            "starrocks" => "StarRocks",
            "doris" => "Doris",
            _ => null,
        };
}
