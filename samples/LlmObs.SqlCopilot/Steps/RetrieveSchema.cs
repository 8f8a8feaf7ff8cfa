using System.Diagnostics;
using LlmObs.SqlCopilot.Knowledge;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot.Steps;

/// <summary>检索表结构: finds the tables, metrics and examples that fit the question.</summary>
internal sealed class RetrieveSchema(KnowledgeBase knowledge)
{
    private const int Top = 5;

    public Task<IReadOnlyList<Hit>> RunAsync(Need need) =>
        Spans.StepAsync(
            "检索表结构",
            new
            {
                need.Question,
                need.Slots.Metric,
                need.Slots.By,
            },
            () =>
            {
                var query = string.Join(' ', new[] { need.Question, need.Slots.Metric, need.Slots.By }.Where(part => !string.IsNullOrEmpty(part)));
                using var span = Spans
                    .Source.StartActivity("retrieval shop-knowledge", ActivityKind.Internal)
                    ?.SetTag(Tags.Operation, "retrieval")
                    .SetTag(Tags.DataSourceId, "shop-knowledge")
                    .SetTag(Tags.RetrievalTopK, Top)
                    .SetTag(Tags.RetrievalQuery, query);
                var hits = knowledge.Search(query, Top);
                span?.SetTag(Tags.RetrievalDocuments, Spans.Text(hits));
                return Task.FromResult(hits);
            }
        );
}
