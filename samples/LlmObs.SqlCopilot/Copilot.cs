using System.Diagnostics;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Steps;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot;

/// <param name="SessionId">The conversation; earlier questions in it complete a follow-up.</param>
/// <param name="UserGroup">Where the user works; null when it is not known.</param>
public sealed record Question(string Text, string SessionId, string UserId, string? UserGroup = null);

/// <param name="Cut">The answer's end is missing: the model reached its output limit.</param>
/// <param name="Error">What failed (<c>error.type</c>), when the question could not be answered.</param>
public sealed record Answer(string Text, string? Sql, int? Rows, bool Cut, string? Error, string RequestId, string? TraceId);

/// <summary>A question in Chinese or English becomes SQL, rows and an answer. One question is one trace; the steps are its sub-workflows.</summary>
internal sealed class Copilot(
    Understand understand,
    RetrieveSchema retrieve,
    GenerateSql generate,
    ValidateSql validate,
    ExecuteSql execute,
    DiagnoseSql diagnose,
    WriteAnswer write,
    Conversations conversations,
    Release release
) : IDisposable
{
    public const string WorkflowName = "小店问数";
    private readonly ActivitySource _source = new(release.SourceName);

    /// <summary>Throws for nothing but a cancelled question: the answer says that it failed, and the trace says why.</summary>
    /// <param name="caller">Continues the caller's trace when it sent one; otherwise a trace begins here.</param>
    public async Task<Answer> AskAsync(Question question, ActivityContext caller, CancellationToken cancellationToken)
    {
        var requestId = $"req-{Guid.CreateVersion7():N}";
        Activity.Current = null;
        using var root = Spans
            .StartWorkflow(_source, WorkflowName, caller)
            ?.SetTag(Tags.ConversationId, question.SessionId)
            .SetTag(Tags.UserId, question.UserId)
            .SetTag(Tags.RequestId, requestId)
            .SetTag(Tags.RequestTags, question.UserGroup is { } group ? new[] { group } : null)
            .SetTag(Tags.Input, question.Text);
        try
        {
            var need = await understand.RunAsync(question.Text, conversations.History(question.SessionId), cancellationToken);
            conversations.Remember(question.SessionId, need.Question);
            var knowledge = await retrieve.RunAsync(need);
            var draft = await generate.RunAsync(need, knowledge, cancellationToken);
            var (sql, rows) = await RunAsync(need, draft, repairs: 0, cancellationToken);
            if (rows is null)
            {
                root?.SetTag(Tags.Output, sql.Explanation);
                return new(sql.Explanation ?? "", null, null, false, null, requestId, root?.TraceId.ToString());
            }

            var answer = await write.RunAsync(need, sql, rows, cancellationToken);
            root?.SetTag(Tags.Output, answer.Text);
            return new(answer.Text, sql.Sql, rows.Rows.Count, answer.Cut, null, requestId, root?.TraceId.ToString());
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            root.Fail(exception);
            throw;
        }
        catch (Exception exception)
        {
            var text = Failures.Explain(exception, Conversations.IsChinese(question.Text));
            root?.SetTag(Tags.Output, text);
            root.Fail(exception);
            return new(text, null, null, false, Failures.TypeOf(exception), requestId, root?.TraceId.ToString());
        }
    }

    /// <summary>Checks and runs a draft. A failure is diagnosed and the repaired draft tried in the same way, nested, until it works or the repairs are used up.</summary>
    private async Task<(SqlDraft Sql, ShopResult? Rows)> RunAsync(Need need, string draft, int repairs, CancellationToken cancellationToken)
    {
        try
        {
            var sql = await validate.RunAsync(draft, cancellationToken);
            return (sql, sql.Sql.Length == 0 ? null : await execute.RunAsync(sql.Sql, cancellationToken));
        }
        catch (SqlFailedException failure) when (repairs < release.MaxRepairs)
        {
            var input = new
            {
                draft,
                error = failure.Message,
                sqlState = failure.Kind,
                round = repairs + 1,
            };
            var repaired = await Spans.StepAsync(
                "诊断",
                input,
                async () =>
                {
                    var again = await diagnose.RunAsync(need, draft, failure, cancellationToken);
                    var (sql, rows) = await RunAsync(need, again, repairs + 1, cancellationToken);
                    return new Repaired(sql, rows);
                }
            );
            return (repaired.Sql, repaired.Rows);
        }
    }

    public void Dispose() => _source.Dispose();

    private sealed record Repaired(SqlDraft Sql, ShopResult? Rows);
}
