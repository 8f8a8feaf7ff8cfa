namespace LlmObs.Storage.Quality;

/// <summary>The sums that the quality measures are made of: how they come from <c>quality_facts</c>, and how they are kept in <c>quality_hours</c>.</summary>
internal static class FactSums
{
    /// <summary>Facts as <see cref="Sums"/> takes them. An OFFSET 0 behind its conditions has each one worked out once, and not once for every sum.</summary>
    public const string Facts = """
        SELECT f.started_at, f.service, f.release, f.environment, f.user_id, f.models, f.prompts, f.tags, f.has_failed, f.sql_judged, f.sql_executable,
            f.sql_final, f.data_checked, f.data_valid, f.explicit_stars, f.implicit_stars, f.reverse_stars, f.is_kept, f.is_evaluated, f.is_labelled,
            f.cost, f.currency COLLATE "C" AS currency,
            (f.explicit_stars IS NOT NULL)::int + 2 * (f.implicit_stars IS NOT NULL)::int + 4 * (f.reverse_stars IS NOT NULL)::int AS rated,
            (coalesce(f.input_tokens + f.output_tokens, f.input_tokens, f.output_tokens))::double precision AS tokens,
            quality_place(f.duration_ms) AS time_place, quality_place(f.first_token_ms) AS first_token_place
        FROM quality_facts AS f
        """;

    private static readonly (string Column, string Property, string Sum)[] All =
    [
        ("requests", "Requests", "count(*)"),
        ("failed", "Failed", "count(*) FILTER (WHERE f.has_failed)"),
        ("sql_judged", "SqlJudged", "sum(f.sql_judged)"),
        ("sql_executable", "SqlExecutable", "sum(f.sql_executable)"),
        ("sql_final_judged", "SqlFinalJudged", "count(f.sql_final)"),
        ("sql_final_executable", "SqlFinalExecutable", "count(*) FILTER (WHERE f.sql_final)"),
        ("data_checked", "DataChecked", "sum(f.data_checked)"),
        ("data_valid", "DataValid", "sum(f.data_valid)"),
        ("explicit", "Explicit", "coalesce(sum(f.explicit_stars), 0)"),
        ("implicit", "Implicit", "coalesce(sum(f.implicit_stars), 0)"),
        ("reverse", "Reverse", "coalesce(sum(f.reverse_stars), 0)"),
        ("explicit_squares", "ExplicitSquares", "coalesce(sum(f.explicit_stars * f.explicit_stars), 0)"),
        ("implicit_squares", "ImplicitSquares", "coalesce(sum(f.implicit_stars * f.implicit_stars), 0)"),
        ("reverse_squares", "ReverseSquares", "coalesce(sum(f.reverse_stars * f.reverse_stars), 0)"),
        ("explicit_implicit", "ExplicitImplicit", "coalesce(sum(f.explicit_stars * f.implicit_stars), 0)"),
        ("explicit_reverse", "ExplicitReverse", "coalesce(sum(f.explicit_stars * f.reverse_stars), 0)"),
        ("implicit_reverse", "ImplicitReverse", "coalesce(sum(f.implicit_stars * f.reverse_stars), 0)"),
        ("kept", "Kept", "count(*) FILTER (WHERE f.is_kept)"),
        ("evaluated", "Evaluated", "count(*) FILTER (WHERE f.is_evaluated)"),
        ("labelled", "Labelled", "count(*) FILTER (WHERE f.is_labelled)"),
        ("metered", "Metered", "count(f.tokens)"),
        ("tokens", "Tokens", "coalesce(sum(f.tokens), 0)"),
        ("token_squares", "TokenSquares", "coalesce(sum(f.tokens * f.tokens), 0)"),
        ("token_cubes", "TokenCubes", "coalesce(sum(f.tokens * f.tokens * f.tokens), 0)"),
        ("priced", "Priced", "count(f.cost)"),
        ("costs", "Costs", "coalesce(sum(f.cost), 0)"),
        ("cost_squares", "CostSquares", "coalesce(sum(f.cost * f.cost), 0)"),
        ("cost_cubes", "CostCubes", "coalesce(sum(f.cost * f.cost * f.cost), 0)"),
        ("currency", "Currency", "min(f.currency)"),
        ("last_currency", "LastCurrency", "max(f.currency)"),
        ("times", "Times", "quality_histogram(array_agg(f.time_place))"),
        ("first_tokens", "FirstTokens", "quality_histogram(array_agg(f.first_token_place))"),
        ("first_at", "FirstAt", "min(f.started_at)"),
    ];

    /// <summary>The columns of <c>quality_hours</c> that hold sums.</summary>
    public static readonly string Columns = string.Join(", ", All.Select(sum => sum.Column));

    /// <summary>The same, worked out over <see cref="Facts"/> named <c>f</c>.</summary>
    public static readonly string Sums = string.Join(", ", All.Select(sum => $"{sum.Sum} AS {sum.Column}"));

    /// <summary>The same, read as a <see cref="FactSumsRow"/>.</summary>
    public static readonly string Row = string.Join(", ", All.Select(sum => $"{sum.Column} AS \"{sum.Property}\""));
}
