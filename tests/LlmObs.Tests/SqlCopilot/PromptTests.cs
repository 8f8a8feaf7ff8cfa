using System.Text;
using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Knowledge;
using LlmObs.SqlCopilot.Prompts;

namespace LlmObs.Tests.SqlCopilot;

public sealed class PromptTests
{
    [Fact]
    public void The_sql_prompt_is_long_markdown_with_every_blank_filled()
    {
        var documents = string.Join("\n\n", KnowledgeBase.Load().Search("各门店的GMV", 5).Select(hit => hit.Content));
        var text = Prompt.System("generate-sql.2", ("today", "2026-01-01"), ("ddl", Texts.Read("shop.sql")), ("documents", documents)).Text;

        Assert.InRange(Encoding.UTF8.GetByteCount(text), 6_000, 14_000);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        Assert.Contains("```sql\nCREATE TABLE channels", text, StringComparison.Ordinal);
        Assert.Contains("2026-01-01", text, StringComparison.Ordinal);
    }
}
