using System.Collections.Frozen;

namespace LlmObs.Sls.Emulator.Sql;

/// <param name="Name">As Presto calls it.</param>
/// <param name="Target">As DuckDB calls it, or the macro that stands in; where the shape of the call decides, <see cref="FunctionCall"/> rewrites it.</param>
/// <param name="Max">The largest number of arguments.</param>
public sealed record PrestoFunction(string Name, string Target, int Min, int Max, bool IsAggregate = false, bool TakesLambda = false)
{
    /// <summary>Its values may be much longer than what they are made of; its macro is told how long they may be without asking for room.</summary>
    public bool MakesLongValues { get; init; }
}

/// <summary>The functions a statement may call. What is not here is refused by name.</summary>
public static class PrestoFunctions
{
    private const int Many = 1000;

    private static readonly FrozenDictionary<string, PrestoFunction> All = Aggregates()
        .Concat(Windows())
        .Concat(Numbers())
        .Concat(Times())
        .Concat(Json())
        .Concat(Texts())
        .Concat(Places())
        .Concat(Units())
        .Concat(ArraysAndMaps())
        .Concat(Conditions())
        .Concat(Operators())
        .ToFrozenDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);

    // By DuckDB's names, too: a syntax tree is rewritten from the leaves up.
    private static readonly FrozenSet<string> AggregateNames = All
        .Values.Where(function => function.IsAggregate)
        .SelectMany(function => new[] { function.Name, function.Target })
        .Append("arg_max")
        .Append("arg_min")
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null for a function that is not supported.</summary>
    public static PrestoFunction? Find(string name) => All.GetValueOrDefault(name);

    public static bool IsAggregate(string name) => AggregateNames.Contains(name);

    private static PrestoFunction[] Aggregates() =>
        [
            Aggregate("count", 0),
            Aggregate("count_star", 0),
            Aggregate("count_if", 1, "count"),
            Aggregate("sum", 1),
            Aggregate("avg", 1),
            Aggregate("min", 1),
            Aggregate("max", 1),
            Aggregate("stddev", 1, "stddev_samp"),
            Aggregate("stddev_pop", 1),
            Aggregate("stddev_samp", 1),
            Aggregate("variance", 1, "var_samp"),
            Aggregate("var_pop", 1),
            Aggregate("var_samp", 1),
            Aggregate("corr", 2),
            Aggregate("covar_pop", 2),
            Aggregate("covar_samp", 2),
            Aggregate("regr_slope", 2),
            Aggregate("regr_intercept", 2),
            Aggregate("geometric_mean", 1, "geomean"),
            Aggregate("bool_and", 1),
            Aggregate("every", 1, "bool_and"),
            Aggregate("bool_or", 1),
            Aggregate("bitwise_and_agg", 1, "bit_and"),
            Aggregate("bitwise_or_agg", 1, "bit_or"),
            Aggregate("arbitrary", 1, "any_value"),
            Aggregate("any_value", 1),
            Aggregate("array_agg", 1),
            Aggregate("set_agg", 1, "array_agg"),
            Aggregate("map_agg", 2, "sls_map_agg"),
            Aggregate("multimap_agg", 2, "sls_multimap_agg"),
            Aggregate("histogram", 1),
            Aggregate("numeric_histogram", 2, "sls_numeric_histogram", 3),
            Aggregate("checksum", 1, "sls_checksum"),
            Aggregate("max_by", 2, "arg_max_null", 3),
            Aggregate("min_by", 2, "arg_min_null", 3),
            Aggregate("approx_percentile", 2, "quantile_disc", 3),
            Aggregate("approx_distinct", 1, "count", 2),
            Aggregate("approx_set", 1, "sls_approx_set"),
            Aggregate("merge", 1, "sls_merge"),
            Aggregate("window_funnel", 3, "sls_window_funnel", 4),
        ];

    private static PrestoFunction[] Windows() =>
        [
            Same("row_number", 0),
            Same("rank", 0),
            Same("dense_rank", 0),
            Same("percent_rank", 0),
            Same("cume_dist", 0),
            Same("ntile", 1),
            // The tree keeps offset and default of these apart from the arguments.
            Same("lag", 1, 3),
            Same("lead", 1, 3),
            Same("first_value", 1),
            Same("last_value", 1),
            Same("nth_value", 2),
        ];

    private static PrestoFunction[] Numbers() =>
        [
            Same("abs", 1),
            Same("ceil", 1),
            Same("ceiling", 1),
            Same("floor", 1),
            Same("round", 1, 2),
            Same("sqrt", 1),
            Same("cbrt", 1),
            Same("ln", 1),
            Same("log2", 1),
            Same("log10", 1),
            Same("exp", 1),
            Same("power", 2),
            Same("pow", 2),
            Same("sign", 1),
            Same("pi", 0),
            New("truncate", "trunc", 1),
            New("mod", "sls_mod", 2),
        ];

    private static PrestoFunction[] Times() =>
        [
            New("date_trunc", "date_trunc", 2),
            New("date_format", "strftime", 2),
            New("date_parse", "strptime", 2),
            New("date_diff", "date_sub", 3),
            New("date_add", "sls_date_add", 3),
            New("from_unixtime", "sls_ts", 1, 2),
            New("to_unixtime", "sls_to_unixtime", 1),
            New("from_iso8601_timestamp", "sls_from_iso8601", 1),
            New("now", "sls_now", 0),
            New("current_timezone", "sls_zone", 0),
            // What extract(… from …) becomes.
            Same("date_part", 2),
            Same("year", 1),
            Same("quarter", 1),
            Same("month", 1),
            New("week", "weekofyear", 1),
            New("week_of_year", "weekofyear", 1),
            Same("day", 1),
            New("day_of_month", "day", 1),
            Same("hour", 1),
            Same("minute", 1),
            Same("second", 1),
            New("day_of_week", "isodow", 1),
            New("dow", "isodow", 1),
            New("day_of_year", "dayofyear", 1),
            New("doy", "dayofyear", 1),
        ];

    private static PrestoFunction[] Json() =>
        [
            New("json_extract", "sls_json", 2),
            New("json_extract_scalar", "sls_json_text", 2),
            New("json_array_length", "sls_json_length", 1),
            New("json_array_get", "sls_json_array_get", 2),
            New("json_array_contains", "sls_json_array_contains", 2),
            New("json_size", "sls_json_size", 2),
            New("json_parse", "sls_json_parse", 1),
            New("json_format", "sls_json_format", 1),
            New("is_json_scalar", "sls_is_json_scalar", 1),
        ];

    private static PrestoFunction[] Texts() =>
        [
            New("concat", "||", 2, Many),
            Same("lower", 1),
            Same("upper", 1),
            Same("substr", 2, 3),
            Same("substring", 2, 3),
            Same("length", 1),
            Same("strpos", 2),
            Same("position", 2),
            Same("trim", 1),
            Same("ltrim", 1),
            Same("rtrim", 1),
            Same("reverse", 1),
            Long("replace", "sls_replace", 2, 3),
            Long("split", "sls_split", 2, 3),
            Same("split_part", 3),
            New("split_to_map", "sls_split_to_map", 3),
            Same("chr", 1),
            New("codepoint", "unicode", 1),
            Long("lpad", "sls_lpad", 3),
            Long("rpad", "sls_rpad", 3),
            Same("starts_with", 2),
            New("levenshtein_distance", "sls_edit_distance", 2),
            New("url_extract_protocol", "sls_url_protocol", 1),
            New("url_extract_host", "sls_url_host", 1),
            New("url_extract_port", "sls_url_port", 1),
            New("url_extract_path", "sls_url_path", 1),
            New("url_extract_query", "sls_url_query", 1),
            New("url_extract_parameter", "sls_url_parameter", 2),
            New("url_encode", "sls_url_encode", 1),
            New("url_decode", "sls_url_decode", 1),
            New("to_utf8", "encode", 1),
            New("from_utf8", "decode", 1),
            New("to_hex", "hex", 1),
            New("from_hex", "unhex", 1),
            New("to_base64", "base64", 1),
            Same("from_base64", 1),
            New("md5", "sls_md5", 1),
            New("sha1", "sls_sha1", 1),
            New("sha256", "sls_sha256", 1),
            New("regexp_like", "regexp_matches", 2),
            New("regexp_extract", "sls_regexp_extract", 2, 3),
            New("regexp_extract_all", "regexp_extract_all", 2, 3),
            Long("regexp_replace", "sls_regexp_replace", 2, 3),
            New("regexp_split", "string_split_regex", 2),
        ];

    private static PrestoFunction[] Places() =>
        [
            New("ip_to_domain", "sls_ip_domain", 1),
            New("ip_prefix", "sls_ip_prefix", 2),
            New("is_subnet_of", "sls_is_subnet_of", 2),
            New("geohash", "sls_geohash", 1, 2),
        ];

    private static PrestoFunction[] Units() =>
        [
            New("convert_data_size", "sls_convert_data_size", 1, 2),
            New("format_data_size", "sls_format_data_size", 2),
            New("parse_data_size", "sls_parse_data_size", 1),
            New("to_data_size_b", "sls_data_size_in", 1),
            New("to_data_size_kb", "sls_data_size_in", 1),
            New("to_data_size_mb", "sls_data_size_in", 1),
            New("to_data_size_gb", "sls_data_size_in", 1),
            New("to_data_size_tb", "sls_data_size_in", 1),
            New("to_data_size_pb", "sls_data_size_in", 1),
            New("format_duration", "sls_duration_in_words", 1),
            New("parse_duration", "sls_parse_duration", 1),
            New("to_most_succinct_time_unit", "sls_succinct_duration", 1),
            New("to_days", "sls_duration_in", 1),
            New("to_hours", "sls_duration_in", 1),
            New("to_minutes", "sls_duration_in", 1),
            New("to_seconds", "sls_duration_in", 1),
            New("to_milliseconds", "sls_duration_in", 1),
            New("to_microseconds", "sls_duration_in", 1),
            New("to_nanoseconds", "sls_duration_in", 1),
        ];

    private static PrestoFunction[] ArraysAndMaps() =>
        [
            Same("unnest", 1),
            New("cardinality", "sls_cardinality", 1),
            New("empty_approx_set", "sls_empty_approx_set", 0),
            New("element_at", "element_at", 2),
            New("contains", "list_contains", 2),
            Long("array_join", "sls_array_join", 2, 3),
            Same("array_distinct", 1),
            New("array_sort", "sls_array_sort", 1),
            New("array_max", "list_max", 1),
            New("array_min", "list_min", 1),
            New("slice", "sls_slice", 3),
            Long("sequence", "sls_sequence", 2, 3),
            Same("flatten", 1),
            Lambda("transform", "list_transform", 2),
            Lambda("filter", "list_filter", 2),
            Lambda("any_match", "sls_any_match", 2),
            Lambda("all_match", "sls_all_match", 2),
            Lambda("none_match", "sls_none_match", 2),
            Lambda("reduce", "list_reduce", 4),
            Lambda("zip_with", "list_transform", 3),
            Same("map", 0, 2),
            Same("map_keys", 1),
            Same("map_values", 1),
            Same("map_entries", 1),
            Same("map_from_entries", 1),
            Same("map_concat", 2, Many),
        ];

    private static PrestoFunction[] Conditions() =>
        [
            // "if" is a word of DuckDB's grammar; StatementText calls it so.
            New("sls_if", "sls_if", 2, 3),
            Same("greatest", 1, Many),
            Same("least", 1, Many),
            Same("nullif", 2),
            Same("typeof", 1),
        ];

    // Operators, and what interval literals, [not] like and array[…] become.
    private static PrestoFunction[] Operators() =>
        [
            Same("+", 1, 2),
            Same("-", 1, 2),
            Same("*", 2),
            New("/", "sls_div", 2),
            New("%", "sls_mod", 2),
            Same("||", 2),
            Same("~~", 2),
            Same("!~~", 2),
            Same("like_escape", 3),
            Same("not_like_escape", 3),
            Same("list_value", 0, Many),
            Same("to_years", 1),
            Same("to_months", 1),
            Same("to_weeks", 1),
            Same("trunc", 1),
        ];

    private static PrestoFunction Aggregate(string name, int min, string? target = null, int? max = null) =>
        new(name, target ?? name, min, max ?? Math.Max(min, 1), IsAggregate: true);

    private static PrestoFunction Same(string name, int min, int? max = null) => new(name, name, min, max ?? min);

    private static PrestoFunction New(string name, string target, int min, int? max = null) => new(name, target, min, max ?? min);

    private static PrestoFunction Long(string name, string target, int min, int? max = null) =>
        New(name, target, min, max) with
        {
            MakesLongValues = true,
        };

    private static PrestoFunction Lambda(string name, string target, int count) => new(name, target, count, count, TakesLambda: true);
}
