using LlmObs.SqlCopilot.Prompts;
using Microsoft.Extensions.AI;

namespace LlmObs.SqlCopilot.Steps;

/// <summary>诊断: shows the model what the database said, and gets a repaired draft.</summary>
internal sealed class DiagnoseSql(IChatClient model)
{
    public async Task<string> RunAsync(Need need, string failedAnswer, SqlFailedException failure, CancellationToken cancellationToken)
    {
        var options = Prompt.Options("diagnose");
        options.ResponseFormat = ChatResponseFormat.Json;
        var answer = await model.GetResponseAsync(
            [
                Prompt.System("diagnose", ("ddl", Texts.Read("shop.sql").Trim())),
                new(
                    ChatRole.User,
                    $"## 当前问题\n{need.Question}\n\n## 失败的回答\n```json\n{failedAnswer}\n```\n\n## 错误\nSQLSTATE {failure.Kind}: {failure.Message}"
                ),
            ],
            options,
            cancellationToken
        );
        return answer.Text;
    }
}
