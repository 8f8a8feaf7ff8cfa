using System.Globalization;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Presto functions that DuckDB lacks or means otherwise, as macros.</summary>
/// <remarks>
/// A macro with typed forms is chosen before the types of aggregates are known, so only <c>sls_ts</c> has them, for speed, and
/// <c>sls_ts_any</c> stands in where an argument holds an aggregate. <c>typeof</c> is a constant once types are bound: the CASE costs nothing.
/// DuckDB's <c>//</c> divides integers to integers and doubles to doubles. <c>small</c> is how many bytes a value may take without asking
/// <c>sls_room</c> whether those of all rows under way have room.
/// </remarks>
public static class PrestoMacros
{
    /// <summary>How the message of a deliberate failure begins. DuckDB's <c>error()</c> is volatile, and TRY takes no volatile function.</summary>
    public const string Failure = "sls failure: ";

    private const string MaxPadded = "10000";
    private const string MaxSteps = "32";

    // A time with a zone: itself in the zone of all times, and as it is printed.
    private const string Zoned = "STRUCT(\"at\" TIMESTAMP, \"text\" VARCHAR)";

    // Of "2025-12-11 06:00:00.000 UTC" what stands before the zone.
    private const string ClockLength = "23";

    /// <param name="utcOffsetMinutes">The zone of times without a zone.</param>
    public static string Create(int utcOffsetMinutes)
    {
        var offset = (utcOffsetMinutes * 60L).ToString(CultureInfo.InvariantCulture);
        return $$"""
            CREATE MACRO sls_if(c, a) AS CASE WHEN c THEN a END, (c, a, b) AS CASE WHEN c THEN a ELSE b END;
            CREATE MACRO sls_fail(message) AS CAST('{{Failure}}' || message AS TINYINT);
            CREATE MACRO sls_size(x) AS strlen(CAST(x AS VARCHAR));
            CREATE MACRO sls_if_room(bytes, small, x) AS CASE WHEN bytes <= small OR sls_room(bytes) THEN x END;
            CREATE MACRO sls_div(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL AND typeof(a // b) <> 'DOUBLE' THEN sls_fail('Division by zero')
                WHEN b = 0 AND a > 0 THEN 'Infinity' WHEN b = 0 AND a < 0 THEN '-Infinity' WHEN b = 0 AND a = 0 THEN 'NaN' ELSE a // b END;
            CREATE MACRO sls_mod(a, b) AS CASE WHEN b = 0 AND a IS NOT NULL AND typeof(a % b) <> 'DOUBLE' THEN sls_fail('Division by zero') ELSE a % b END;
            CREATE MACRO sls_div_once(a, b) AS list_transform([{'a': a, 'b': b}], lambda v: sls_div(v.a, v.b))[1];
            CREATE MACRO sls_mod_once(a, b) AS list_transform([{'a': a, 'b': b}], lambda v: sls_mod(v.a, v.b))[1];
            CREATE MACRO sls_text(x) AS CASE WHEN typeof(x) = 'VARCHAR' THEN CAST(x AS VARCHAR)
                ELSE CAST(sls_fail('a comparison cannot be applied to ' || lower(typeof(x)) || ', varchar') AS VARCHAR) END;
            CREATE MACRO sls_is_number(x) AS typeof(x) IN ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'HUGEINT', 'UBIGINT', 'UINTEGER', 'DOUBLE', 'FLOAT') OR typeof(x) LIKE 'DECIMAL%';
            CREATE MACRO sls_comparable(x, y) AS CASE
                WHEN NOT (typeof(x) = 'VARCHAR' AND sls_is_number(y) OR typeof(y) = 'VARCHAR' AND sls_is_number(x)) THEN x
                WHEN sls_fail('a comparison cannot be applied to ' || lower(typeof(x)) || ', ' || lower(typeof(y))) IS NULL THEN x END;
            CREATE MACRO sls_varchar(x) AS CASE
                WHEN typeof(x) = 'JSON' THEN json_extract_string(CAST(x AS VARCHAR), '$')
                WHEN typeof(x) = 'TIMESTAMP' THEN strftime(CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
                WHEN typeof(x) = '{{Zoned}}' THEN json_extract_string(to_json(x), '$.text')
                ELSE CAST(x AS VARCHAR) END;
            CREATE MACRO sls_ts
                (x BIGINT) AS make_timestamp((x + {{offset}}) * 1000000),
                (x DOUBLE) AS make_timestamp(CAST((x + {{offset}}) * 1000000 AS BIGINT)),
                (x TIMESTAMP) AS x;
            CREATE MACRO sls_ts_any(x) AS CASE
                WHEN typeof(x) IN ('TIMESTAMP', 'DATE') THEN CAST(CAST(x AS VARCHAR) AS TIMESTAMP)
                WHEN typeof(x) IN ('BIGINT', 'HUGEINT', 'INTEGER', 'DOUBLE') THEN make_timestamp(CAST((CAST(CAST(x AS VARCHAR) AS DOUBLE) + {{offset}}) * 1000000 AS BIGINT))
                ELSE error('not a time: ' || lower(typeof(x))) END;
            CREATE MACRO sls_clock
                (x BIGINT) AS sls_ts(x), (x DOUBLE) AS sls_ts(x), (x TIMESTAMP) AS x,
                (x {{Zoned}}) AS CAST(substr(x.text, 1, {{ClockLength}}) AS TIMESTAMP);
            CREATE MACRO sls_clock_any(x) AS CASE
                WHEN typeof(x) = '{{Zoned}}' THEN CAST(substr(json_extract_string(to_json(x), '$.text'), 1, {{ClockLength}}) AS TIMESTAMP)
                ELSE sls_ts_any(x) END;
            CREATE MACRO sls_instant
                (x BIGINT) AS sls_ts(x), (x DOUBLE) AS sls_ts(x), (x TIMESTAMP) AS x,
                (x {{Zoned}}) AS x.at;
            CREATE MACRO sls_instant_any(x) AS CASE
                WHEN typeof(x) = '{{Zoned}}' THEN CAST(json_extract_string(to_json(x), '$.at') AS TIMESTAMP)
                ELSE sls_ts_any(x) END;
            CREATE MACRO sls_to_unixtime(x) AS epoch(x) - {{offset}};
            CREATE MACRO sls_ts_in_zone(x, zone) AS timezone(zone, to_timestamp(CAST(x AS DOUBLE)));
            CREATE MACRO sls_at_zone(t, zone) AS make_timestamp(epoch_us(timezone(zone, t)) + CAST({{offset}} AS BIGINT) * 1000000);
            CREATE MACRO sls_clock_at(t, zone) AS sls_ts_in_zone(sls_to_unixtime(t), zone);
            CREATE MACRO sls_zone_text(t, zone) AS strftime(t, '%Y-%m-%d %H:%M:%S.%g') || ' ' || zone;
            CREATE MACRO sls_with_zone(t, zone) AS CASE WHEN t IS NOT NULL THEN {'at': sls_at_zone(t, zone), 'text': sls_zone_text(t, zone)} END;
            CREATE MACRO sls_zone() AS '{{ZoneName(utcOffsetMinutes)}}';
            CREATE MACRO sls_with_zone_here(t) AS {'at': t, 'text': sls_zone_text(t, sls_zone())};
            CREATE MACRO sls_bucket(t, seconds) AS t - (t + {{offset}}) % seconds;
            CREATE MACRO sls_now() AS sls_ts(CAST(epoch(now()) AS DOUBLE));
            CREATE MACRO sls_today() AS CAST(sls_ts(CAST(epoch(now()) AS DOUBLE)) AS DATE);
            CREATE MACRO sls_from_iso8601(x) AS CASE WHEN regexp_matches(x, 'T.*(Z|[+-]\d\d(:?\d\d)?)$')
                THEN make_timestamp(epoch_us(CAST(x AS TIMESTAMPTZ))) + to_seconds({{offset}}) ELSE CAST(x AS TIMESTAMP) END;
            CREATE MACRO sls_date_add(unit, n, t) AS t + CASE lower(unit)
                WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n) WHEN 'minute' THEN to_minutes(n) WHEN 'hour' THEN to_hours(n)
                WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_weeks(CAST(n AS INTEGER)) WHEN 'month' THEN to_months(CAST(n AS INTEGER))
                WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER)) WHEN 'year' THEN to_years(CAST(n AS INTEGER))
                ELSE error('not a unit of time: ' || unit) END;
            CREATE MACRO sls_json_text(x, p) AS CASE WHEN json_valid(x) AND json_type(x, p) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(x, p) END;
            CREATE MACRO sls_json(x, p) AS CASE WHEN json_valid(x) THEN json_extract(x, p) END;
            CREATE MACRO sls_json_length(x) AS CASE WHEN json_valid(x) AND json_type(x) = 'ARRAY' THEN CAST(json_array_length(x) AS BIGINT) END;
            CREATE MACRO sls_json_array_get(x, i) AS CASE WHEN json_valid(x) AND json_type(x) = 'ARRAY'
                THEN json_extract(x, '$[' || CASE WHEN i < 0 THEN '#' ELSE '' END || i || ']') END;
            CREATE MACRO sls_json_array_contains(x, v) AS CASE WHEN json_valid(x) AND json_type(x) = 'ARRAY'
                THEN list_contains(CAST(CAST(CAST(x AS JSON) AS JSON[]) AS VARCHAR[]), CAST(to_json(v) AS VARCHAR)) END;
            CREATE MACRO sls_json_size(x, p) AS CASE WHEN json_valid(x) THEN CASE json_type(x, p) WHEN 'ARRAY' THEN CAST(json_array_length(x, p) AS BIGINT)
                WHEN 'OBJECT' THEN len(json_keys(x, p)) WHEN NULL THEN NULL ELSE CASE WHEN json_type(x, p) IS NOT NULL THEN 0 END END END;
            CREATE MACRO sls_json_parse(x) AS CAST(CASE WHEN x IS NULL OR json_valid(x) THEN CAST(json(x) AS VARCHAR) ELSE CAST(sls_fail('Cannot convert value to JSON: ' || x) AS VARCHAR) END AS JSON);
            CREATE MACRO sls_json_format(x) AS CAST(x AS VARCHAR);
            CREATE MACRO sls_is_json_scalar(x) AS CASE WHEN json_valid(x) THEN json_type(x) NOT IN ('OBJECT', 'ARRAY') END;
            CREATE MACRO sls_pieces(x, d, small) AS string_split(sls_if_room(16 * strlen(x), small, x), d);
            CREATE MACRO sls_split
                (x, d, small) AS sls_pieces(x, d, small),
                (x, d, n, small) AS CASE WHEN len(sls_pieces(x, d, small)) <= n THEN string_split(x, d)
                    ELSE list_append(string_split(x, d)[1:n - 1], array_to_string(string_split(x, d)[n:], d)) END;
            CREATE MACRO sls_split_to_map(x, e, d) AS map_from_entries(list_transform(string_split(x, e),
                lambda pair: {'key': split_part(pair, d, 1), 'value': substr(pair, strpos(pair, d) + length(d))}));
            CREATE MACRO sls_pad_length(n) AS CASE WHEN n BETWEEN 0 AND {{MaxPadded}} THEN CAST(n AS INTEGER)
                ELSE CAST(sls_fail('a text is padded to 0 to {{MaxPadded}} characters, not to ' || n) AS INTEGER) END;
            CREATE MACRO sls_lpad(x, n, p, small) AS sls_if_room(strlen(x) + 4 * sls_pad_length(n), small, lpad(x, sls_pad_length(n), p));
            CREATE MACRO sls_rpad(x, n, p, small) AS sls_if_room(strlen(x) + 4 * sls_pad_length(n), small, rpad(x, sls_pad_length(n), p));
            CREATE MACRO sls_url_encode(x) AS replace(replace(replace(url_encode(x), '%20', '+'), '%2A', '*'), '~', '%7E');
            CREATE MACRO sls_url_decode(x) AS url_decode(replace(x, '+', ' '));
            CREATE MACRO sls_url_protocol(x) AS nullif(regexp_extract(x, '^([A-Za-z][A-Za-z0-9+.-]*):', 1), '');
            CREATE MACRO sls_url_host(x) AS nullif(regexp_extract(x, '^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)', 1), '');
            CREATE MACRO sls_url_port(x) AS try_cast(regexp_extract(x, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*:(\d+)(?:[/?#]|$)', 1) AS BIGINT);
            CREATE MACRO sls_url_path(x) AS regexp_extract(x, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?([^?#]*)', 1);
            CREATE MACRO sls_url_query(x) AS nullif(regexp_extract(x, '^[^?#]*\?([^#]*)', 1), '');
            CREATE MACRO sls_url_parameter(x, name) AS list_extract(list_transform(
                list_filter(string_split(sls_url_query(x), '&'), lambda pair: split_part(pair, '=', 1) = name),
                lambda pair: sls_url_decode(substr(pair, length(split_part(pair, '=', 1)) + 2))), 1);
            CREATE MACRO sls_md5(x) AS unhex(md5(x));
            CREATE MACRO sls_sha1(x) AS unhex(sha1(x));
            CREATE MACRO sls_sha256(x) AS unhex(sha256(x));
            CREATE MACRO sls_regexp_extract
                (x, p) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p) END,
                (x, p, g) AS CASE WHEN regexp_matches(x, p) THEN regexp_extract(x, p, g) END;
            CREATE MACRO sls_regexp_replace
                (x, p, small) AS regexp_replace(x, p, '', 'g'),
                (x, p, r, small) AS CASE WHEN strlen(x) + (strlen(x) + 1) * strlen(r) <= small AND NOT contains(r, '\')
                    OR sls_room(strlen(x) * (1 + strlen(r) - strlen(replace(r, '\', ''))) + len(regexp_extract_all(x, p)) * strlen(r))
                    THEN regexp_replace(x, p, r, 'g') END;
            CREATE MACRO sls_replace
                (x, a, small) AS replace(x, a, ''),
                (x, a, b, small) AS CASE WHEN strlen(b) <= strlen(a) OR strlen(a) = 0
                    OR sls_room(strlen(x) + (strlen(x) - strlen(replace(x, a, ''))) // strlen(a) * (strlen(b) - strlen(a))) THEN replace(x, a, b) END;
            CREATE MACRO sls_when(known, x) AS CASE WHEN known THEN x END;
            CREATE MACRO sls_approx_set(x) AS list(DISTINCT hash(x)) FILTER (WHERE x IS NOT NULL);
            CREATE MACRO sls_empty_approx_set() AS CAST([] AS UBIGINT[]);
            CREATE MACRO sls_merge(x) AS list_distinct(flatten(list(x)));
            CREATE MACRO sls_weights(x, w) AS list_sort(list({'value': x, 'weight': CAST(w AS DOUBLE)}) FILTER (WHERE x IS NOT NULL AND w > 0));
            CREATE MACRO sls_weight(x, w) AS sum(CAST(w AS DOUBLE)) FILTER (WHERE x IS NOT NULL AND w > 0);
            CREATE MACRO sls_weighted_percentile(x, w, p) AS list_reduce(list_prepend({'value': NULL, 'weight': 0::DOUBLE}, sls_weights(x, w)),
                lambda sum, e: CASE WHEN sum.value IS NOT NULL AND sum.weight >= p * sls_weight(x, w) THEN sum
                ELSE {'value': e.value, 'weight': sum.weight + e.weight} END).value;
            CREATE MACRO sls_buckets(n, pairs) AS list_transform([sls_merge_buckets(n, flatten(pairs))],
                lambda flat: map(list_slice(flat, 1, len(flat), 2), list_slice(flat, 2, len(flat), 2)))[1];
            CREATE MACRO sls_numeric_histogram
                (n, x) AS sls_buckets(n, list([CAST(x AS DOUBLE), 1::DOUBLE]) FILTER (WHERE x IS NOT NULL)),
                (n, x, w) AS sls_buckets(n, list([CAST(x AS DOUBLE), CAST(w AS DOUBLE)]) FILTER (WHERE x IS NOT NULL AND w IS NOT NULL));
            CREATE MACRO sls_steps_met(steps) AS CASE WHEN len(steps) > {{MaxSteps}} THEN CAST(sls_fail('window_funnel takes at most {{MaxSteps}} events') AS BIGINT)
                ELSE CAST(list_sum(list_transform(steps, lambda is_met, step: CASE WHEN is_met THEN 1::BIGINT << (step - 1) ELSE 0 END)) AS BIGINT) END;
            CREATE MACRO sls_funnel_events(t, met) AS flatten(list([CAST(t + 0 AS BIGINT), met]) FILTER (WHERE t IS NOT NULL AND met <> 0));
            CREATE MACRO sls_funnel(w, events) AS CASE WHEN events IS NULL THEN 0 WHEN sls_room(32 * len(events)) THEN sls_longest_funnel(w, events) END;
            CREATE MACRO sls_window_funnel
                (w, t, steps) AS sls_funnel(w, sls_funnel_events(t, sls_steps_met(steps))),
                (w, t, e, steps) AS sls_funnel(w, sls_funnel_events(t, sls_steps_met(list_transform(steps, lambda step: step = e))));
            CREATE MACRO sls_checksum(x) AS unhex(sls_checksum_hex(CAST(sum(coalesce(sls_hash(x), 11400714785074694791::UBIGINT)) % 18446744073709551616 AS UBIGINT)));
            CREATE MACRO sls_geohash(x) AS sls_geohash_at(CAST(split_part(x, ',', 1) AS DOUBLE), CAST(split_part(x, ',', 2) AS DOUBLE)), (a, b) AS sls_geohash_at(a, b);
            CREATE MACRO sls_format_data_size(x, unit) AS sls_format_bytes(CAST(x + 0 AS DOUBLE), unit);
            CREATE MACRO sls_parse_data_size(x) AS CAST(sls_data_size_bytes(x) AS DECIMAL(38, 0));
            CREATE MACRO sls_parse_duration(x) AS to_milliseconds(floor(sls_duration_in(x, 'ms') + 0.5));
            CREATE MACRO sls_cardinality(x) AS CAST(len(CASE WHEN typeof(x) LIKE 'MAP(%' THEN json_keys(to_json(x)) ELSE CAST(CAST(to_json(x) AS JSON[]) AS VARCHAR[]) END) AS BIGINT);
            CREATE MACRO sls_array_join
                (x, d, small) AS sls_if_room(len(x) * strlen(d), small, array_to_string(x, d)),
                (x, d, n, small) AS sls_if_room(len(x) * (strlen(d) + strlen(n)), small, array_to_string(list_transform(x, lambda e: coalesce(CAST(e AS VARCHAR), n)), d));
            CREATE MACRO sls_array_sort(x) AS list_sort(x, 'ASC', 'NULLS LAST');
            CREATE MACRO sls_slice(x, start, n) AS CASE WHEN start < 0 THEN x[len(x) + start + 1:len(x) + start + n] ELSE x[start:start + n - 1] END;
            CREATE MACRO sls_sequence_step(a, b, s) AS CASE WHEN s = 0 OR abs(b - a) // abs(s) >= 10000
                THEN CAST(sls_fail('result of sequence function must not have more than 10000 entries') AS BIGINT) ELSE s END;
            CREATE MACRO sls_steps(a, b, s, small) AS generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT),
                CAST(sls_if_room(8 * (abs(b - a) // abs(sls_sequence_step(a, b, s)) + 1), small, s) AS BIGINT));
            CREATE MACRO sls_sequence
                (a, b, small) AS sls_steps(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END, small),
                (a, b, s, small) AS sls_steps(a, b, s, small);
            CREATE MACRO sls_pairs(k, v) AS list_sort(list({'key': k, 'value': v}) FILTER (WHERE k IS NOT NULL));
            CREATE MACRO sls_map_agg(k, v) AS map_from_entries(list_filter(sls_pairs(k, v), lambda e, i: i = 1 OR e.key <> sls_pairs(k, v)[i - 1].key));
            CREATE MACRO sls_multimap_agg(k, v) AS map_from_entries(list_transform(list_sort(list(DISTINCT k) FILTER (WHERE k IS NOT NULL)),
                lambda name: {'key': name, 'value': list_transform(list_filter(list({'key': k, 'value': v}), lambda e: e.key = name), lambda e: e.value)}));
            """;
    }

    private static string ZoneName(int utcOffsetMinutes) =>
        utcOffsetMinutes switch
        {
            480 => "Asia/Shanghai",
            0 => "UTC",
            _ => $"{(utcOffsetMinutes < 0 ? '-' : '+')}{TimeSpan.FromMinutes(Math.Abs(utcOffsetMinutes)):hh\\:mm}",
        };
}
