using LlmObs.SqlCopilot.Prompts;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Steps;

/// <param name="Cut">The model reached its output limit before the end.</param>
internal sealed record WrittenAnswer(string Text, bool Cut);

/// <summary>回答: the model puts the rows into words, streamed.</summary>
internal sealed class WriteAnswer(IChatClient model, IOptions<CopilotOptions> copilot)
{
    public Task<WrittenAnswer> RunAsync(Need need, SqlDraft draft, ShopResult result, CancellationToken cancellationToken) =>
        Spans.StepAsync(
            "回答",
            new
            {
                need.Question,
                draft.Sql,
                rows = result.Rows.Count,
                result.Cut,
            },
            async () =>
            {
                var options = Prompt.Options("answer");
                options.MaxOutputTokens = copilot.Value.MaxAnswerTokens;
                var note = result.Cut ? "（结果被截断，只有前面一部分）" : "";
                var updates = model.GetStreamingResponseAsync(
                    [
                        Prompt.System("answer"),
                        new(
                            ChatRole.User,
                            $"## 当前问题\n{need.Question}\n\n## SQL\n```sql\n{draft.Sql}\n```\n\n## 说明\n{draft.Explanation}\n\n## 结果\n共 {result.Rows.Count} 行{note}\n\n{result.ToMarkdown()}"
                        ),
                    ],
                    options,
                    cancellationToken
                );
                var response = await updates.ToChatResponseAsync(cancellationToken);
                return new WrittenAnswer(response.Text, response.FinishReason == ChatFinishReason.Length);
            }
        );
}
