using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Evaluators;

/// <summary>What judges used on a day of UTC.</summary>
/// <param name="Cached">Questions answered from an earlier reply; they are no calls.</param>
/// <param name="Cost">By the price that held at each call; null when the model has none.</param>
public sealed record JudgeDay(string Model, long Calls, long Cached, long InputTokens, long OutputTokens, double? Cost, string? Currency);

/// <summary>A reply kept from before.</summary>
/// <param name="TraceId">Of the trace in the stack's own project that shows the call.</param>
public sealed record KeptReply(string Reply, string? TraceId);

/// <summary>What judges said and used: the same question is not paid for twice, and a day's budget holds across replicas and restarts.</summary>
public sealed class JudgeLedger(Database database)
{
    private const string Find = """SELECT reply AS "Reply", trace_id AS "TraceId" FROM judge_replies WHERE key = @key""";

    private const string Keep = """
        INSERT INTO judge_replies (key, reply, trace_id) VALUES (@key, @reply, @traceId)
        ON CONFLICT (key) DO UPDATE SET reply = excluded.reply, trace_id = excluded.trace_id, created_at = now()
        """;

    private const string Forget = "DELETE FROM judge_replies WHERE created_at < now() - @age";

    // Taken before the call: two replicas cannot spend the last one twice.
    private const string Take = """
        INSERT INTO judge_days AS d (day, model, calls) VALUES ((now() AT TIME ZONE 'UTC')::date, @model, 1)
        ON CONFLICT (day, model) DO UPDATE SET calls = d.calls + 1
        WHERE d.calls < @callsPerDay AND (@costPerDay::double precision IS NULL OR coalesce(d.cost, 0) < @costPerDay)
        """;

    private const string Note = """
        INSERT INTO judge_days AS d (day, model, cached, input_tokens, output_tokens, cost, currency)
        VALUES ((now() AT TIME ZONE 'UTC')::date, @model, @cached, @inputTokens, @outputTokens, @cost, @currency)
        ON CONFLICT (day, model) DO UPDATE
        SET cached = d.cached + excluded.cached, input_tokens = d.input_tokens + excluded.input_tokens, output_tokens = d.output_tokens + excluded.output_tokens,
            cost = CASE WHEN excluded.cost IS NULL THEN d.cost ELSE coalesce(d.cost, 0) + excluded.cost END, currency = coalesce(excluded.currency, d.currency)
        """;

    private const string Today = """
        SELECT model AS "Model", calls AS "Calls", cached AS "Cached", input_tokens AS "InputTokens", output_tokens AS "OutputTokens", cost AS "Cost",
            currency AS "Currency"
        FROM judge_days
        WHERE day = (now() AT TIME ZONE 'UTC')::date
        ORDER BY model
        """;

    public Task<KeptReply?> FindAsync(byte[] key, CancellationToken cancellationToken) =>
        database.FindAsync<KeptReply>(Find, new { key }, cancellationToken);

    public Task KeepAsync(byte[] key, KeptReply reply, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Keep,
            new
            {
                key,
                reply = StorableText.Clean(reply.Reply),
                traceId = reply.TraceId,
            },
            cancellationToken
        );

    /// <summary>Forgets replies older than that.</summary>
    public Task ForgetAsync(TimeSpan age, CancellationToken cancellationToken) => database.ExecuteAsync(Forget, new { age }, cancellationToken);

    /// <summary>Takes one call out of today's budget.</summary>
    /// <param name="costPerDay">Null for no limit in money.</param>
    /// <returns>False when it is used up until midnight, UTC.</returns>
    public async Task<bool> TryTakeAsync(string model, int callsPerDay, double? costPerDay, CancellationToken cancellationToken) =>
        callsPerDay > 0
        && costPerDay is null or > 0
        && await database.ExecuteAsync(
            Take,
            new
            {
                model,
                callsPerDay,
                costPerDay,
            },
            cancellationToken
        ) > 0;

    public Task NoteCachedAsync(string model, CancellationToken cancellationToken) => NoteAsync(model, 1, 0, 0, null, null, cancellationToken);

    /// <param name="cost">Null when the model has no price.</param>
    public Task NoteUsageAsync(string model, long input, long output, double? cost, string? currency, CancellationToken cancellationToken) =>
        NoteAsync(model, 0, input, output, cost, currency, cancellationToken);

    public async Task<IReadOnlyList<JudgeDay>> TodayAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync<JudgeDay>(Today, null, cancellationToken);

    private Task<int> NoteAsync(
        string model,
        long cached,
        long inputTokens,
        long outputTokens,
        double? cost,
        string? currency,
        CancellationToken cancellationToken
    ) =>
        database.ExecuteAsync(
            Note,
            new
            {
                model,
                cached,
                inputTokens,
                outputTokens,
                cost,
                currency,
            },
            cancellationToken
        );
}
