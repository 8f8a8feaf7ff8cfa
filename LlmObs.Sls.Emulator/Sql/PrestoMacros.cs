using System.Globalization;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Presto functions that DuckDB lacks or means otherwise, as macros; the parameter types choose among the forms.</summary>
public static class PrestoMacros
{
    /// <param name="utcOffsetMinutes">The zone of times without a zone.</param>
    public static string Create(int utcOffsetMinutes)
    {
        var offset = (utcOffsetMinutes * 60L).ToString(CultureInfo.InvariantCulture);
        return $"""
            CREATE MACRO sls_if(c, a) AS CASE WHEN c THEN a END, (c, a, b) AS CASE WHEN c THEN a ELSE b END;
            CREATE MACRO sls_div
                (a BIGINT, b BIGINT) AS CASE WHEN b = 0 THEN error('Division by zero') ELSE a // b END,
                (a HUGEINT, b HUGEINT) AS CASE WHEN b = 0 THEN error('Division by zero') ELSE a // b END,
                (a DOUBLE, b DOUBLE) AS a / b;
            CREATE MACRO sls_mod
                (a BIGINT, b BIGINT) AS CASE WHEN b = 0 THEN error('Division by zero') ELSE a % b END,
                (a HUGEINT, b HUGEINT) AS CASE WHEN b = 0 THEN error('Division by zero') ELSE a % b END,
                (a DOUBLE, b DOUBLE) AS a % b;
            CREATE MACRO sls_text
                (x VARCHAR) AS x,
                (x BIGINT) AS error('''='' cannot be applied to bigint, varchar'),
                (x HUGEINT) AS error('''='' cannot be applied to bigint, varchar'),
                (x DOUBLE) AS error('''='' cannot be applied to double, varchar'),
                (x BOOLEAN) AS error('''='' cannot be applied to boolean, varchar'),
                (x TIMESTAMP) AS error('''='' cannot be applied to timestamp, varchar');
            CREATE MACRO sls_ts
                (x BIGINT) AS make_timestamp((x + {offset}) * 1000000),
                (x DOUBLE) AS make_timestamp(CAST((x + {offset}) * 1000000 AS BIGINT)),
                (x TIMESTAMP) AS x;
            CREATE MACRO sls_date_trunc(unit, x) AS date_trunc(unit, sls_ts(x));
            CREATE MACRO sls_date_format(x, f) AS strftime(sls_ts(x), f);
            CREATE MACRO sls_date_parse(x, f) AS strptime(x, f);
            CREATE MACRO sls_from_unixtime(x) AS sls_ts(x);
            CREATE MACRO sls_to_unixtime(x) AS epoch(sls_ts(x)) - {offset};
            CREATE MACRO sls_now() AS sls_ts(epoch(now()));
            CREATE MACRO sls_today() AS CAST(sls_ts(epoch(now())) AS DATE);
            CREATE MACRO sls_date_part(unit, x) AS date_part(unit, sls_ts(x));
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
