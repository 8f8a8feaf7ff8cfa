using CsCheck;
using LlmObs.Web.Rendering.Sql;

namespace LlmObs.Tests.Web.Rendering;

public sealed class SqlLayoutTests
{
    [Fact]
    public void Breaks_one_long_line_into_clauses()
    {
        const string sql =
            "SELECT s.store_name, ROUND(SUM(o.pay_amount), 2) AS sales FROM fact_order AS o LEFT JOIN dim_store AS s ON s.store_id = o.store_id WHERE s.region = '华东, AND' AND o.ordered_at BETWEEN '2025-07-01' AND '2025-10-01' GROUP BY s.store_id, s.store_name ORDER BY sales DESC LIMIT 10;";

        Assert.Equal(
            """
            SELECT s.store_name,
                   ROUND(SUM(o.pay_amount), 2) AS sales
            FROM fact_order AS o
            LEFT JOIN dim_store AS s ON s.store_id = o.store_id
            WHERE s.region = '华东, AND'
              AND o.ordered_at BETWEEN '2025-07-01' AND '2025-10-01'
            GROUP BY s.store_id, s.store_name
            ORDER BY sales DESC
            LIMIT 10;
            """.ReplaceLineEndings("\n"),
            Format(sql)
        );
    }

    [Fact]
    public void Indents_a_query_inside_a_query() =>
        Assert.Equal(
            """
            WITH q AS (
              SELECT store_id,
                     COUNT(*) AS n
              FROM fact_order
              WHERE EXTRACT(YEAR FROM ordered_at) = 2025
            )
            SELECT n
            FROM q
            """.ReplaceLineEndings("\n"),
            Format("WITH q AS (SELECT store_id, COUNT(*) AS n FROM fact_order WHERE EXTRACT(YEAR FROM ordered_at) = 2025) SELECT n FROM q")
        );

    [Fact]
    public void Leaves_what_its_author_laid_out() => Assert.False(SqlLayout.IsNeeded("SELECT a\nFROM t\nWHERE x = 1"));

    [Fact]
    public void Changes_nothing_but_white_space()
    {
        var words = Gen.OneOf(
            "SELECT",
            "FROM",
            "WHERE",
            "AND",
            "BETWEEN",
            "(",
            ")",
            ",",
            ";",
            "'a  b'",
            "-- c\n",
            "/* d */",
            "x",
            "\"y z\"",
            "1.5",
            "JOIN",
            "LEFT",
            "WITH",
            "AS",
            "ORDER",
            "BY",
            " ",
            "\n",
            "::",
            "'"
        );
        words
            .Array[0, 40]
            .Select(parts => string.Join(' ', parts))
            .Sample(sql => WithoutSpace(SqlLayout.Format(SqlTokenizer.Tokens(sql))) == WithoutSpace(SqlTokenizer.Tokens(sql)));
    }

    [Fact]
    public void Tokens_joined_are_the_statement() =>
        Gen.String.Sample(sql => string.Concat(SqlTokenizer.Tokens(sql).Select(token => token.Text)) == sql);

    private static string Format(string sql) => string.Concat(SqlLayout.Format(SqlTokenizer.Tokens(sql)).Select(token => token.Text));

    private static string WithoutSpace(List<SqlToken> tokens) =>
        string.Join('·', tokens.Where(token => token.Kind != SqlTokenKind.Space).Select(token => token.Text));
}
