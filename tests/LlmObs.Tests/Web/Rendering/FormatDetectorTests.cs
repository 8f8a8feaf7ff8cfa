using System.Text.Json;
using LlmObs.Web.Rendering;

namespace LlmObs.Tests.Web.Rendering;

public sealed class FormatDetectorTests
{
    [Theory]
    [InlineData("查询华东大区第三季度销售额最高的 10 家门店", TextFormat.Text)]
    [InlineData("", TextFormat.Text)]
    [InlineData("  \n ", TextFormat.Text)]
    [InlineData("Select the best answer from the list below.", TextFormat.Text)]
    [InlineData("Select one", TextFormat.Sql)]
    [InlineData("With regards to your question, as discussed, select another store.", TextFormat.Text)]
    [InlineData("Update the user about the set of documents", TextFormat.Text)]
    [InlineData("Create a table of the ten best stores", TextFormat.Text)]
    [InlineData("SELECT 1", TextFormat.Sql)]
    [InlineData(
        "select s.store_name, sum(o.pay_amount) sales from fact_order o join dim_store s on s.store_id = o.store_id group by 1",
        TextFormat.Sql
    )]
    [InlineData("-- 销售额\nSELECT SUM(pay_amount) FROM fact_order WHERE region = '华东'", TextFormat.Sql)]
    [InlineData("WITH q AS (SELECT 1 AS x) SELECT x FROM q", TextFormat.Sql)]
    [InlineData("CREATE TABLE dim_store ( -- 门店维表\n  store_id INTEGER PRIMARY KEY -- 门店主键\n);", TextFormat.Sql)]
    [InlineData("EXPLAIN SELECT o.gmv_amount FROM fact_order o", TextFormat.Sql)]
    [InlineData("{\"sql\": \"SELECT 1\"}", TextFormat.Json)]
    [InlineData("{\"intent\": \"ranking\", \"metrics\": [\"sal", TextFormat.Json)]
    [InlineData("[{\"id\":1},{\"id\":2}]", TextFormat.Json)]
    [InlineData("[1, 2", TextFormat.Text)]
    [InlineData("[INFO] started in 3 s", TextFormat.Text)]
    [InlineData("{placeholder}", TextFormat.Text)]
    [InlineData("\"CREATE TABLE t (\\n a INT)\"", TextFormat.Json)]
    [InlineData("\"Quoted\" is a word", TextFormat.Text)]
    [InlineData("# 角色\n你是数据分析师", TextFormat.Markdown)]
    [InlineData("**结论**：上海静安店最高", TextFormat.Markdown)]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |", TextFormat.Markdown)]
    [InlineData("- one\n- two", TextFormat.Markdown)]
    [InlineData("<instructions>\nBe brief.\n</instructions>\n<question>\n多少？\n</question>", TextFormat.Tagged)]
    [InlineData("a < b and c > d", TextFormat.Text)]
    [InlineData("<unclosed>\nnothing", TextFormat.Text)]
    [InlineData("<?xml version=\"1.0\"?><a/>", TextFormat.Code)]
    [InlineData("import os\nprint(os.getcwd())", TextFormat.Code)]
    [InlineData("const rows = await db.query(sql)\nreturn rows", TextFormat.Code)]
    [InlineData("package main\n\nfunc main() {}", TextFormat.Code)]
    [InlineData("diff --git a/x b/x\n--- a/x\n+++ b/x", TextFormat.Code)]
    [InlineData("Import the data from the store", TextFormat.Text)]
    [InlineData("app:\n  name: nl2sql\n  mode: workflow\nversion: 0.1.5", TextFormat.Yaml)]
    [InlineData("---\nsteps:\n- name: retrieve\n  top_k: 5\n- name: generate\n  prompt: |\n    你是分析师\n    Be brief.", TextFormat.Yaml)]
    [InlineData("角色: 分析师\n任务: 写 SQL\n要求: 简洁", TextFormat.Text)]
    [InlineData("Note: this\nand that\nname: x", TextFormat.Text)]
    [InlineData(
        "Traceback (most recent call last):\n  File \"/app/run.py\", line 12, in run\n    answer(q)\nKeyError: 'gmv_amount'",
        TextFormat.StackTrace
    )]
    [InlineData(
        "System.InvalidOperationException: no row\n   at App.Sales.Read(String q) in /src/Sales.cs:line 8\n   at App.Run()",
        TextFormat.StackTrace
    )]
    [InlineData("TypeError: x is undefined\n    at read (/app/index.js:3:9)\n    at node:internal/main:1:1", TextFormat.StackTrace)]
    [InlineData("Error: the model said no", TextFormat.Text)]
    [InlineData("User: 上季度销售额？\nAssistant: 120 万", TextFormat.Tagged)]
    [InlineData("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n多少？<|im_end|>", TextFormat.Tagged)]
    [InlineData("User: 上季度销售额？", TextFormat.Text)]
    public void Tells_what_a_value_is(string value, TextFormat expected) => Assert.Equal(expected, FormatDetector.Detect(value));

    [Fact]
    public void Knows_the_prompts_of_a_real_copilot()
    {
        var found = Values("otel-openai.http-json/otel-openai.http-json.02.json").Where(value => value.Length > 60).ToLookup(FormatDetector.Detect);

        Assert.All(found[TextFormat.Markdown], value => Assert.Matches(@"(?m)^\s*(#|\||- |```|>)|\*\*", value));
        Assert.Contains(found[TextFormat.Markdown], value => value.StartsWith("# Skill: nl2sql/generate", StringComparison.Ordinal));
        Assert.Contains(found[TextFormat.Tagged], value => value.Contains("<documents>", StringComparison.Ordinal));
        Assert.Contains(found[TextFormat.Json], value => value.Contains("\"ranking\"", StringComparison.Ordinal));
        Assert.Contains(found[TextFormat.Sql], value => value.StartsWith("CREATE TABLE dim_store", StringComparison.Ordinal));
    }

    [Fact]
    public void Shows_the_SQL_inside_the_JSON_of_a_real_tool_call()
    {
        var arguments = Values("traceloop-0.14.http-json/traceloop-0.14.http-json.01.json")
            .First(value => value.Contains("\"kwargs\"", StringComparison.Ordinal) && value.Contains("gmv_amount", StringComparison.Ordinal));

        var dom = Rendered.Dom(arguments, error: "no such column: o.gmv_amount");

        Assert.Equal("SQL", dom.QuerySelector(".json .code .lang")!.TextContent);
        Assert.Contains("$.kwargs.sql", dom.QuerySelector(".json .code header")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("gmv_amount", dom.QuerySelector(".hot u")!.TextContent);
        Assert.Equal("no such column: o.gmv_amount", dom.QuerySelector(".hot.why")!.TextContent);
    }

    private static List<string> Values(string fixture)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp", fixture)));
        var values = new List<string>();
        Collect(document.RootElement);
        return values;

        void Collect(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                {
                    Collect(item);
                }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    if (member.Name == "stringValue")
                    {
                        values.Add(member.Value.GetString()!);
                    }

                    Collect(member.Value);
                }
            }
        }
    }
}
