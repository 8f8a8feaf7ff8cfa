using LlmObs.Domain.Dify;

namespace LlmObs.Storage.Dify;

/// <summary>Reads messages by id, and by message what an agent thought and what people said of it.</summary>
public sealed class DifyMessageRows(DifyDatabase dify)
{
    private const string Messages = """
        SELECT id AS "Id", app_id AS "AppId", conversation_id AS "ConversationId", workflow_run_id AS "RunId", query AS "Query", answer AS "Answer",
            message::text AS "Prompt", model_provider AS "Provider", model_id AS "Model", message_tokens AS "InputTokens",
            answer_tokens AS "OutputTokens", total_price AS "TotalPrice", currency AS "Currency", provider_response_latency AS "Latency",
            status AS "Status", error AS "Error", message_metadata AS "Metadata", invoke_from AS "InvokeFrom", from_end_user_id AS "EndUserId",
            from_account_id AS "AccountId", created_at AS "CreatedAt", updated_at AS "UpdatedAt"
        FROM messages
        WHERE id = ANY (@ids)
        """;

    private const string Thoughts = """
        SELECT id AS "Id", message_id AS "MessageId", position AS "Position", thought AS "Thought", tool AS "Tool", tool_input AS "ToolInput",
            observation AS "Observation", tool_meta_str AS "ToolMeta", answer AS "Answer", message AS "Prompt",
            coalesce(message_token, 0) AS "InputTokens", coalesce(answer_token, 0) AS "OutputTokens", total_price AS "TotalPrice",
            currency AS "Currency", coalesce(latency, 0) AS "Latency", created_at AS "CreatedAt"
        FROM message_agent_thoughts
        WHERE message_id = ANY (@ids)
        ORDER BY message_id, position
        """;

    private const string Feedback = """
        SELECT id AS "Id", message_id AS "MessageId", rating AS "Rating", content AS "Text", from_source AS "Side", updated_at AS "UpdatedAt"
        FROM message_feedbacks
        WHERE message_id = ANY (@ids)
        """;

    private const string Annotations = """
        SELECT id AS "Id", message_id AS "MessageId", content AS "Text", updated_at AS "UpdatedAt"
        FROM message_annotations
        WHERE message_id = ANY (@ids)
        """;

    public async Task<IReadOnlyList<DifyMessage>> ByIdAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        [.. (await dify.QueryAsync<MessageRow>(Messages, Of(ids), cancellationToken)).Select(row => row.ToMessage())];

    public async Task<ILookup<Guid, DifyThought>> ThoughtsAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        (await dify.QueryAsync<ThoughtRow>(Thoughts, Of(messageIds), cancellationToken))
            .Select(row => row.ToThought())
            .ToLookup(thought => thought.MessageId);

    public async Task<IReadOnlyList<DifyFeedback>> FeedbackAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        [
            .. (await dify.QueryAsync<FeedbackRow>(Feedback, Of(messageIds), cancellationToken)).Select(row => new DifyFeedback(
                row.Id,
                row.MessageId,
                row.Rating,
                row.Text,
                row.Side,
                DifyTime.Of(row.UpdatedAt)
            )),
        ];

    public async Task<IReadOnlyList<DifyAnnotation>> AnnotationsAsync(IReadOnlyCollection<Guid> messageIds, CancellationToken cancellationToken) =>
        [
            .. (await dify.QueryAsync<AnnotationRow>(Annotations, Of(messageIds), cancellationToken)).Select(row => new DifyAnnotation(
                row.Id,
                row.MessageId,
                row.Text,
                DifyTime.Of(row.UpdatedAt)
            )),
        ];

    private static object Of(IReadOnlyCollection<Guid> ids) => new { ids = ids.ToArray() };

    private sealed record FeedbackRow(Guid Id, Guid MessageId, string Rating, string? Text, string Side, DateTime UpdatedAt);

    private sealed record AnnotationRow(Guid Id, Guid MessageId, string Text, DateTime UpdatedAt);

    private sealed class MessageRow
    {
        public Guid Id { get; init; }
        public Guid AppId { get; init; }
        public Guid? ConversationId { get; init; }
        public Guid? RunId { get; init; }
        public string? Query { get; init; }
        public string? Answer { get; init; }
        public string? Prompt { get; init; }
        public string? Provider { get; init; }
        public string? Model { get; init; }
        public int InputTokens { get; init; }
        public int OutputTokens { get; init; }
        public decimal? TotalPrice { get; init; }
        public string? Currency { get; init; }
        public double Latency { get; init; }
        public string Status { get; init; } = "";
        public string? Error { get; init; }
        public string? Metadata { get; init; }
        public string? InvokeFrom { get; init; }
        public Guid? EndUserId { get; init; }
        public Guid? AccountId { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime UpdatedAt { get; init; }

        public DifyMessage ToMessage() =>
            new()
            {
                Id = Id,
                AppId = AppId,
                ConversationId = ConversationId,
                RunId = RunId,
                Query = Query,
                Answer = Answer,
                Prompt = Prompt,
                Provider = Provider,
                Model = Model,
                InputTokens = InputTokens,
                OutputTokens = OutputTokens,
                TotalPrice = TotalPrice,
                Currency = Currency,
                Latency = Latency,
                Status = Status,
                Error = Error,
                Metadata = Metadata,
                InvokeFrom = InvokeFrom,
                EndUserId = EndUserId,
                AccountId = AccountId,
                CreatedAt = DifyTime.Of(CreatedAt),
                UpdatedAt = DifyTime.Of(UpdatedAt),
            };
    }

    private sealed class ThoughtRow
    {
        public Guid Id { get; init; }
        public Guid MessageId { get; init; }
        public int Position { get; init; }
        public string? Thought { get; init; }
        public string? Tool { get; init; }
        public string? ToolInput { get; init; }
        public string? Observation { get; init; }
        public string? ToolMeta { get; init; }
        public string? Answer { get; init; }
        public string? Prompt { get; init; }
        public int InputTokens { get; init; }
        public int OutputTokens { get; init; }
        public decimal? TotalPrice { get; init; }
        public string? Currency { get; init; }
        public double Latency { get; init; }
        public DateTime CreatedAt { get; init; }

        public DifyThought ToThought() =>
            new()
            {
                Id = Id,
                MessageId = MessageId,
                Position = Position,
                Thought = Thought,
                Tool = Tool,
                ToolInput = ToolInput,
                Observation = Observation,
                ToolMeta = ToolMeta,
                Answer = Answer,
                Prompt = Prompt,
                InputTokens = InputTokens,
                OutputTokens = OutputTokens,
                TotalPrice = TotalPrice,
                Currency = Currency,
                Latency = Latency,
                CreatedAt = DifyTime.Of(CreatedAt),
            };
    }
}
