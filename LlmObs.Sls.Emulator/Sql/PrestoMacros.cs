using System.Globalization;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Presto functions that DuckDB lacks or means otherwise, as macros.</summary>
/// <remarks>
/// A macro with typed forms is chosen before the types of aggregates are known, so only <c>sls_ts</c> has them, for speed, and
/// <c>sls_ts_any</c> stands in where an argument holds an aggregate. <c>typeof</c> is a constant once types are bound: the CASE costs nothing.
/// DuckDB's <c>//</c> divides integers to integers and doubles to doubles.
/// </remarks>
public static class PrestoMacros
{
    /// <param name="utcOffsetMinutes">The zone of times without a zone.</param>
    public static string Create(int utcOffsetMinutes)
    {
        var offset = (utcOffsetMinutes * 60L).ToString(CultureInfo.InvariantCulture);
        return $"""
            CREATE MACRO sls_if(c, a) AS CASE WHEN c THEN a END, (c, a, b) AS CASE WHEN c THEN a ELSE b END;
            CREATE MACRO sls_div(a, b) AS CASE WHEN b = 0 AND typeof(a // b) <> 'DOUBLE' THEN error('Division by zero') ELSE a // b END;
            CREATE MACRO sls_mod(a, b) AS CASE WHEN b = 0 AND typeof(a % b) <> 'DOUBLE' THEN error('Division by zero') ELSE a % b END;
            CREATE MACRO sls_text(x) AS CASE WHEN typeof(x) = 'VARCHAR' THEN CAST(x AS VARCHAR) ELSE error('a comparison cannot be applied to ' || lower(typeof(x)) || ', varchar') END;
            CREATE MACRO sls_ts
                (x BIGINT) AS make_timestamp((x + {offset}) * 1000000),
                (x DOUBLE) AS make_timestamp(CAST((x + {offset}) * 1000000 AS BIGINT)),
                (x TIMESTAMP) AS x;
            CREATE MACRO sls_ts_any(x) AS CASE
                WHEN typeof(x) IN ('TIMESTAMP', 'DATE') THEN CAST(CAST(x AS VARCHAR) AS TIMESTAMP)
                WHEN typeof(x) IN ('BIGINT', 'HUGEINT', 'INTEGER', 'DOUBLE') THEN make_timestamp(CAST((CAST(CAST(x AS VARCHAR) AS DOUBLE) + {offset}) * 1000000 AS BIGINT))
                ELSE error('not a time: ' || lower(typeof(x))) END;
            CREATE MACRO sls_to_unixtime(x) AS epoch(x) - {offset};
            CREATE MACRO sls_now() AS sls_ts(CAST(epoch(now()) AS DOUBLE));
            CREATE MACRO sls_today() AS CAST(sls_ts(CAST(epoch(now()) AS DOUBLE)) AS DATE);
            CREATE MACRO sls_json_text(x, p) AS CASE WHEN json_valid(x) AND json_type(x, p) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(x, p) END;
            CREATE MACRO sls_json(x, p) AS CASE WHEN json_valid(x) THEN CAST(json_extract(x, p) AS VARCHAR) END;
            CREATE MACRO sls_json_length(x) AS CASE WHEN json_valid(x) AND json_type(x) = 'ARRAY' THEN json_array_length(x) END;
            CREATE MACRO sls_regexp_extract
                (x, p) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p) END,
                (x, p, g) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p, g) END;
            CREATE MACRO sls_regexp_replace(x, p) AS regexp_replace(x, p, '', 'g'), (x, p, r) AS regexp_replace(x, p, r, 'g');
            CREATE MACRO sls_replace(x, a) AS replace(x, a, ''), (x, a, b) AS replace(x, a, b);
            CREATE MACRO sls_greatest(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END,
                (a, b, c) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL AND c IS NOT NULL THEN greatest(a, b, c) END;
            CREATE MACRO sls_least(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN least(a, b) END,
                (a, b, c) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL AND c IS NOT NULL THEN least(a, b, c) END;
            """;
    }
}
