using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;
using Npgsql;
using NpgsqlTypes;

namespace LlmObs.Storage.Writing;

/// <summary>The quick way into the tables for many rows: binary COPY. One row that is there already fails them all, so the caller sorts those out before.</summary>
internal static class SpanCopy
{
    private const string CopyContents = "COPY span_contents (day, project_id, json_bytes, trace_id, span_id, body) FROM STDIN (FORMAT binary)";

    public static async Task SpansAsync(
        NpgsqlConnection connection,
        int projectId,
        IReadOnlyList<PreparedSpan> spans,
        CancellationToken cancellationToken
    )
    {
        await using var import = await connection.BeginBinaryImportAsync(
            $"COPY spans ({SpanInsert.Names}) FROM STDIN (FORMAT binary)",
            cancellationToken
        );
        var row = new Row(import, cancellationToken);
        foreach (var span in spans)
        {
            await import.StartRowAsync(cancellationToken);
            await WriteAsync(row, projectId, span, span.Record.Span);
        }

        await import.CompleteAsync(cancellationToken);
    }

    public static async Task ContentsAsync(
        NpgsqlConnection connection,
        int projectId,
        IReadOnlyList<PreparedSpan> spans,
        CancellationToken cancellationToken
    )
    {
        await using var import = await connection.BeginBinaryImportAsync(CopyContents, cancellationToken);
        var row = new Row(import, cancellationToken);
        foreach (var span in spans)
        {
            await import.StartRowAsync(cancellationToken);
            await row.ValueAsync(span.Day, NpgsqlDbType.Date);
            await row.ValueAsync(projectId, NpgsqlDbType.Integer);
            await row.ValueAsync(span.Content.JsonBytes, NpgsqlDbType.Integer);
            await row.ValueAsync(span.Key.TraceId, NpgsqlDbType.Text);
            await row.ValueAsync(span.Key.SpanId, NpgsqlDbType.Text);
            await row.ValueAsync(span.Content.Body, NpgsqlDbType.Bytea);
        }

        await import.CompleteAsync(cancellationToken);
    }

    // In the order of SpanInsert.Names.
    private static async ValueTask WriteAsync(Row row, int projectId, PreparedSpan prepared, Span span)
    {
        await row.ValueAsync(prepared.Day, NpgsqlDbType.Date);
        await row.ValueAsync(projectId, NpgsqlDbType.Integer);
        await row.ValueAsync(span.StartUnixNano, NpgsqlDbType.Bigint);
        await row.ValueAsync(span.DurationNano, NpgsqlDbType.Bigint);
        await row.ValueAsync((short)span.Kind, NpgsqlDbType.Smallint);
        await row.ValueAsync((short)span.Status, NpgsqlDbType.Smallint);
        await row.MaybeAsync(span.Cost?.Provided, NpgsqlDbType.Boolean);
        await row.ValueAsync(prepared.Key.TraceId, NpgsqlDbType.Text);
        await row.ValueAsync(prepared.Key.SpanId, NpgsqlDbType.Text);
        await row.TextAsync(StorableText.Id(span.ParentSpanId));
        await row.TextAsync(span.Name);
        await row.TextAsync(span.RawName);
        await row.TextAsync(span.OtelKind);
        await row.TextAsync(span.StatusMessage);
        await row.TextAsync(span.ErrorType);
        await row.TextAsync(span.Service);
        await row.TextAsync(span.Host);
        await row.TextAsync(span.Environment);
        await row.TextAsync(span.Release);
        await row.TextAsync(span.Version);
        await row.TextsAsync(span.Tags);
        await row.TextAsync(span.SessionId);
        await row.TextAsync(span.UserId);
        await row.TextAsync(span.RequestId);
        await row.TextAsync(span.Operation);
        await row.TextAsync(span.Provider);
        await row.TextAsync(span.RequestedModel);
        await row.TextAsync(span.Model);
        await row.MaybeAsync(span.Usage?.InputTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Usage?.OutputTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Usage?.CachedInputTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Usage?.CacheWriteInputTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Usage?.ReasoningTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Usage?.TotalTokens, NpgsqlDbType.Bigint);
        await row.MaybeAsync(span.Cost?.Input, NpgsqlDbType.Numeric);
        await row.MaybeAsync(span.Cost?.Output, NpgsqlDbType.Numeric);
        await row.MaybeAsync(span.Cost?.Total, NpgsqlDbType.Numeric);
        await row.TextAsync(span.Cost?.Currency);
        await row.MaybeAsync(span.TimeToFirstTokenMs, NpgsqlDbType.Double);
        await row.TextsAsync(span.FinishReasons);
        await row.TextAsync(span.WorkflowName);
        await row.TextAsync(span.AgentName);
        await row.TextAsync(span.PromptName);
        await row.TextAsync(span.PromptVersion);
        await row.TextAsync(span.ResponseId);
        await row.TextAsync(span.Question);
    }

    private readonly struct Row(NpgsqlBinaryImporter import, CancellationToken cancellationToken)
    {
        public Task ValueAsync<T>(T value, NpgsqlDbType type) => import.WriteAsync(value, type, cancellationToken);

        public Task MaybeAsync<T>(T? value, NpgsqlDbType type)
            where T : struct => value is { } there ? ValueAsync(there, type) : import.WriteNullAsync(cancellationToken);

        public Task TextAsync(string? text) =>
            StorableText.Clean(text) is { } clean ? ValueAsync(clean, NpgsqlDbType.Text) : import.WriteNullAsync(cancellationToken);

        public Task TextsAsync(IReadOnlyList<string> texts) =>
            ValueAsync(texts.Count == 0 ? [] : texts.Select(text => StorableText.Clean(text)).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
    }
}
