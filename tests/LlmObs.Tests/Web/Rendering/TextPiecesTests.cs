using CsCheck;
using LlmObs.Web.Rendering;

namespace LlmObs.Tests.Web.Rendering;

/// <summary>SQL, JSON and stack traces that stand bare among words.</summary>
public sealed class TextPiecesTests
{
    [Theory]
    [InlineData(
        "生成的 SQL 如下：\nSELECT store_name FROM dim_store\nWHERE region = '华东';\n请核对。",
        "SELECT store_name FROM dim_store WHERE region = '华东';"
    )]
    [InlineData("Here it is\n\nselect a, b from t order by a\n\nwhich lists them", "select a, b from t order by a")]
    [InlineData("SQLQuery: SELECT COUNT(*) FROM fact_order", "SELECT COUNT(*) FROM fact_order")]
    [InlineData("修正后：SELECT 1 FROM t\n其中 t 是订单表", "SELECT 1 FROM t")]
    [InlineData(
        "上次的语句是 SELECT o.store_id, SUM(o.pay_amount) AS 金额 FROM orders o WHERE o.note <> '退款，取消；' GROUP BY 1; 请修复它。",
        "SELECT o.store_id, SUM(o.pay_amount) AS 金额 FROM orders o WHERE o.note <> '退款，取消；' GROUP BY 1;"
    )]
    [InlineData(
        "执行SELECT city, COUNT(*) FROM stores GROUP BY city ORDER BY 2，结果为空",
        "SELECT city, COUNT(*) FROM stores GROUP BY city ORDER BY 2"
    )]
    public void Finds_a_bare_statement(string text, string statement)
    {
        var sql = Assert.Single(TextPieces.Split(text), piece => piece.Format == TextFormat.Sql);

        Assert.Equal(statement, string.Join(' ', sql.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("SELECT", Rendered.Dom(text).QuerySelectorAll(".code .k").Select(word => word.TextContent.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("Select the best answer from the list.\nThen explain it.")]
    [InlineData("With this in mind\nselect another")]
    [InlineData("Update: the job is done")]
    [InlineData("[1] a citation\n[2] another")]
    [InlineData("{name} is a placeholder\n{other}")]
    [InlineData("```\nSELECT 1 FROM t;\n```")]
    [InlineData("Error: nothing came back\nTry again")]
    [InlineData("Please select the best of the answers that come from the list of all of them; then explain it.")]
    [InlineData("You may use SELECT statements only, never UPDATE or DELETE FROM any table that is listed below")]
    public void Leaves_words_and_fences_alone(string text) => Assert.Equal(text, Assert.Single(TextPieces.Split(text)).Text);

    [Fact]
    public void Finds_a_document_and_a_stack_trace_among_words()
    {
        const string text = """
            The tool said
            {"rows": [{"门店": "上海静安店"}],
             "note": "a } in a string"}
            and then failed:
            Traceback (most recent call last):
              File "/app/run.py", line 12, in run
                answer(q)
            KeyError: 'gmv'
            Try again.
            """;

        var pieces = TextPieces.Split(text.ReplaceLineEndings("\n"));

        Assert.Equal(
            [TextFormat.Text, TextFormat.Json, TextFormat.Text, TextFormat.StackTrace, TextFormat.Text],
            pieces.Select(piece => piece.Format)
        );
        Assert.EndsWith("KeyError: 'gmv'\n", pieces[3].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Knows_the_last_line_of_a_Python_trace_whatever_its_error_is_called()
    {
        const string text =
            "It said:\nTraceback (most recent call last):\n  File \"/app/sql.py\", line 41, in run\n    return conn.execute(sql)\npsycopg.errors.UndefinedColumn: no column o.gmv_amount\nAsk: why?";

        Assert.EndsWith("o.gmv_amount\n", TextPieces.Split(text)[1].Text, StringComparison.Ordinal);
        Assert.StartsWith("psycopg", Rendered.Dom(text).QuerySelector(".calls .error")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_back_from_frames_of_libraries()
    {
        var dom = Rendered.Dom(
            "ValueError: bad\n    at read (/app/index.js:3:9)\n    at run (/app/node_modules/x/y.js:1:1)\n    at node:internal/main:1:1"
        );

        Assert.Equal("ValueError: bad", dom.QuerySelector(".calls .error")!.TextContent.Trim());
        Assert.Equal(2, dom.QuerySelectorAll(".calls .foreign").Length);
    }

    [Fact]
    public void Pieces_joined_are_the_text() =>
        Gen.OneOf(
                "SELECT a FROM t;\n",
                "words\n",
                "{\"a\": [{}]}\n",
                "{",
                "[\n",
                "```\n",
                "Traceback (most recent call last):\n",
                "  File \"a\", line 1\n",
                "SQL: select 1\n",
                "\n"
            )
            .Array[0, 30]
            .Select(string.Concat)
            .Sample(text => string.Concat(TextPieces.Split(text).Select(piece => piece.Text)) == text);
}
