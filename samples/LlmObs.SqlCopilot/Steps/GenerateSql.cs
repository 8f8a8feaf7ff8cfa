using System.ComponentModel;
using LlmObs.SqlCopilot.Knowledge;
using LlmObs.SqlCopilot.Prompts;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.AI;

namespace LlmObs.SqlCopilot.Steps;

/// <summary>生成 SQL: the model writes it from a long prompt and may look at tables through a tool. Its answer is checked by <see cref="ValidateSql"/>.</summary>
internal sealed class GenerateSql(IChatClient model, ShopReader shop, Release release)
{
    private readonly IChatClient _modelWithTools = model.AsBuilder().UseFunctionInvocation().Build();

    public Task<string> RunAsync(Need need, IReadOnlyList<Hit> knowledge, CancellationToken cancellationToken) =>
        Spans.StepAsync(
            "生成 SQL",
            new
            {
                need.Question,
                need.Slots,
                documents = knowledge.Select(hit => hit.Id),
            },
            async () =>
            {
                var documents = string.Join("\n\n", knowledge.Select(hit => $"### {hit.Title}\n{hit.Content}"));
                var options = Prompt.Options("generate-sql", release.PromptVersion);
                options.ResponseFormat = ChatResponseFormat.Json;
                options.Tools = [AIFunctionFactory.Create(GetTableSchemaAsync, "get_table_schema")];
                var answer = await _modelWithTools.GetResponseAsync(
                    [
                        Prompt.System(
                            $"generate-sql.{release.PromptVersion}",
                            ("today", need.Today),
                            ("ddl", Texts.Read("shop.sql").Trim()),
                            ("documents", documents)
                        ),
                        new(ChatRole.User, $"## 当前问题\n{need.Question}\n\n## 槽位\n```json\n{Spans.Text(need.Slots)}\n```"),
                    ],
                    options,
                    cancellationToken
                );
                return answer.Text;
            }
        );

    [Description("查看表的列、类型和注释，返回 Markdown 表格。Shows columns, types and comments of tables.")]
    private async Task<string> GetTableSchemaAsync(
        [Description("表名 table names, 例如 [\"orders\", \"stores\"]")] string[] tables,
        CancellationToken cancellationToken
    )
    {
        // The names come from a model: letters only, then quoted.
        var names = tables.Select(table => new string([.. table.Where(c => char.IsAsciiLetter(c) || c == '_')])).Distinct();
        var result = await shop.QueryAsync(
            $"""
            SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind = 'r' AND c.relname IN ({string.Join(
                ", ",
                names.Select(name => $"'{name}'").DefaultIfEmpty("''")
            )})
            ORDER BY c.relname, a.attnum
            """,
            cancellationToken
        );
        return result.ToMarkdown();
    }
}
