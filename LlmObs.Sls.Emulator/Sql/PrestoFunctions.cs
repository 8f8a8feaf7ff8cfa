using System.Collections.Frozen;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>The functions a statement may call, and what DuckDB calls them. What is not here is refused by name.</summary>
public static class PrestoFunctions
{
    // By DuckDB's names, too: a syntax tree is rewritten from the leaves up.
    private static readonly FrozenSet<string> Aggregates = FrozenSet.ToFrozenSet(
        [
            "count",
            "count_star",
            "count_if",
            "sum",
            "avg",
            "min",
            "max",
            "stddev_pop",
            "stddev_samp",
            "var_pop",
            "var_samp",
            "corr",
            "covar_pop",
            "covar_samp",
            "regr_slope",
            "regr_intercept",
            "bool_and",
            "bool_or",
            "any_value",
            "array_agg",
            "arg_max_null",
            "arg_min_null",
            "quantile_disc",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly FrozenDictionary<string, string> Names = Same([
            .. Aggregates.Where(name => name is not ("arg_max_null" or "arg_min_null" or "quantile_disc")),
        ])
        .Concat(
            Same(
                // windows
                "row_number",
                "rank",
                "dense_rank",
                "percent_rank",
                "cume_dist",
                "ntile",
                "lag",
                "lead",
                "first_value",
                "last_value",
                // text
                "lower",
                "upper",
                "substr",
                "substring",
                "length",
                "strpos",
                "position",
                "trim",
                "ltrim",
                "rtrim",
                "reverse",
                "split_part",
                "chr",
                "lpad",
                "rpad",
                "starts_with",
                // numbers
                "abs",
                "ceil",
                "ceiling",
                "floor",
                "round",
                "sqrt",
                "cbrt",
                "ln",
                "log2",
                "log10",
                "exp",
                "power",
                "pow",
                "sign",
                "pi",
                "nullif",
                "typeof",
                // arrays
                "list_value",
                "unnest",
                "array_distinct",
                "array_sort",
                // operators, and what interval literals and IS [NOT] LIKE become
                "+",
                "-",
                "*",
                "||",
                "~~",
                "!~~",
                "like_escape",
                "not_like_escape",
                "to_years",
                "to_months",
                "to_weeks",
                "to_days",
                "to_hours",
                "to_minutes",
                "to_seconds",
                "trunc"
            )
        )
        .Concat(
            Renamed(
                ("stddev", "stddev_samp"),
                ("variance", "var_samp"),
                ("arbitrary", "any_value"),
                ("every", "bool_and"),
                ("max_by", "arg_max_null"),
                ("min_by", "arg_min_null"),
                ("approx_percentile", "quantile_disc"),
                ("approx_distinct", "count"),
                ("sls_if", "sls_if"),
                ("/", "sls_div"),
                ("%", "sls_mod"),
                ("mod", "sls_mod"),
                ("replace", "sls_replace"),
                ("greatest", "sls_greatest"),
                ("least", "sls_least"),
                ("regexp_like", "regexp_matches"),
                ("regexp_extract", "sls_regexp_extract"),
                ("regexp_replace", "sls_regexp_replace"),
                ("json_extract", "sls_json"),
                ("json_extract_scalar", "sls_json_text"),
                ("json_array_length", "sls_json_length"),
                ("date_trunc", "date_trunc"),
                ("date_format", "strftime"),
                ("date_parse", "strptime"),
                ("date_diff", "date_sub"),
                ("from_unixtime", "sls_ts"),
                ("to_unixtime", "sls_to_unixtime"),
                ("now", "sls_now"),
                ("date_part", "date_part"),
                ("year", "year"),
                ("quarter", "quarter"),
                ("month", "month"),
                ("week", "weekofyear"),
                ("day", "day"),
                ("day_of_month", "day"),
                ("hour", "hour"),
                ("minute", "minute"),
                ("second", "second"),
                ("day_of_week", "isodow"),
                ("dow", "isodow"),
                ("day_of_year", "dayofyear"),
                ("doy", "dayofyear"),
                ("split", "string_split"),
                ("array_join", "array_to_string"),
                ("contains", "list_contains"),
                ("cardinality", "len"),
                ("array_max", "list_max"),
                ("array_min", "list_min")
            )
        )
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>DuckDB's name of a Presto function; null for one that is not supported.</summary>
    public static string? Find(string name) => Names.GetValueOrDefault(name);

    public static bool IsAggregate(string duckDbName) => Aggregates.Contains(duckDbName);

    private static IEnumerable<KeyValuePair<string, string>> Same(params string[] names) =>
        names.Select(name => new KeyValuePair<string, string>(name, name));

    private static IEnumerable<KeyValuePair<string, string>> Renamed(params (string From, string To)[] names) =>
        names.Select(name => new KeyValuePair<string, string>(name.From, name.To));
}
