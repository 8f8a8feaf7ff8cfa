using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Prompts;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.AI;

namespace LlmObs.SqlCopilot.Steps;

/// <summary>What is asked, as the model reads it; null where the question does not say.</summary>
internal sealed record Slots(string? Metric, string? By, string? City, string? Category, string? Channel, string? Time, int? Top);

/// <param name="Question">The question in full, follow-ups completed from the conversation.</param>
internal sealed record Need(string Question, Slots Slots, string Today);

/// <summary>需求理解: completes a follow-up from the conversation, then reads out what is asked.</summary>
internal sealed class Understand(IChatClient model, TimeProvider time)
{
    public Task<Need> RunAsync(string question, IReadOnlyList<string> history, CancellationToken cancellationToken) =>
        Spans.StepAsync(
            "需求理解",
            new { question, history },
            async () =>
            {
                var today = time.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
                var past = history.Count == 0 ? "（无）" : string.Join("\n", history.Select(earlier => "- " + earlier));
                var rewritten = await model.GetResponseAsync(
                    [Prompt.System("rewrite", ("today", today)), new(ChatRole.User, $"## 历史问题\n{past}\n\n## 当前问题\n{question}")],
                    Prompt.Options("rewrite"),
                    cancellationToken
                );
                var full = ModelJson.Read<Rewritten>(rewritten.Text).Question ?? question;

                var slots = await model.GetResponseAsync(
                    [Prompt.System("slots"), new(ChatRole.User, $"## 当前问题\n{full}")],
                    Prompt.Options("slots"),
                    cancellationToken
                );
                return new Need(full, ModelJson.Read<Slots>(slots.Text), today);
            }
        );

    private sealed record Rewritten(string? Question);
}
