using System.ComponentModel.DataAnnotations;

namespace LlmObs.Quality.Sql;

/// <summary>A database that generated SQL may be run against. Limits are the operator's; evaluators cannot change them.</summary>
public sealed class SqlConnectionOptions
{
    /// <summary><c>postgresql</c>, <c>sls</c> or <c>duckdb</c>.</summary>
    [Required, AllowedValues("postgresql", "sls", "duckdb")]
    public string Dialect { get; set; } = "postgresql";

    /// <summary>PostgreSQL's in Npgsql's form, SLS's as in <c>ConnectionStrings:sls</c>, or the path of a DuckDB file; empty for DuckDB in memory.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Name of an entry of <c>ConnectionStrings</c> to take instead.</summary>
    public string? From { get; set; }

    /// <summary>Role to log in as, in place of the connection string's (PostgreSQL).</summary>
    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>Schemas in which names without one are looked for (PostgreSQL).</summary>
    public string? SearchPath { get; set; }

    /// <summary>The logstore asked (SLS).</summary>
    public string Logstore { get; set; } = "";

    /// <summary>Hours up to now that are asked (SLS).</summary>
    [Range(1, 8760)]
    public int WindowHours { get; set; } = 24;

    /// <summary>Milliseconds a statement may take.</summary>
    [Range(100, 300_000)]
    public int TimeoutMs { get; set; } = 5000;

    /// <summary>Rows read of a result; the rest is left.</summary>
    [Range(1, 100_000)]
    public int MaxRows { get; set; } = 1000;

    /// <summary>Characters of a result's values together; beyond, it is too large.</summary>
    [Range(1000, 100_000_000)]
    public int MaxCharacters { get; set; } = 4_000_000;
}
