namespace LlmObs.Storage.Dify;

/// <summary>How far a stream has been read.</summary>
/// <param name="BeganAt">Where it began; history goes down from there, what is new goes up.</param>
/// <param name="UntilAt">Where history ends; null of what is new.</param>
/// <param name="IsDone">History has reached its end.</param>
public sealed record DifyStream(string Name, DateTimeOffset BeganAt, DifyPlace Place, DateTimeOffset? UntilAt, bool IsDone, long RowsRead)
{
    public bool IsHistory => UntilAt is not null;

    /// <summary>How much of the time that history spans has been read, 0 to 1.</summary>
    public double Share =>
        IsDone ? 1
        : UntilAt is { } until && BeganAt > until ? Math.Clamp((BeganAt - Place.At) / (BeganAt - until), 0, 1)
        : 0;
}

/// <summary>How a reader stands, for the page.</summary>
/// <param name="PolledAt">When it last went through; null before the first time.</param>
/// <param name="FailedAt">When it last failed; with <paramref name="LastError"/> the reason.</param>
public sealed record DifyReaderStatus(
    string Source,
    bool IsPaused,
    DateTimeOffset? PolledAt,
    DateTimeOffset? FailedAt,
    string? LastError,
    long Queries,
    long RowsRead,
    TimeSpan Busy,
    IReadOnlyList<DifyStream> Streams
)
{
    public bool IsFailing => FailedAt is { } failed && (PolledAt is null || PolledAt < failed);
}

/// <summary>The memory of the readers: whose turn it is, how far each stream has come, what it cost.</summary>
public sealed class DifyProgress(Database database)
{
    // The holder keeps its turn by taking it again before it runs out; another gets it when that one died.
    private const string Claim = """
        INSERT INTO dify_readers AS r (source, holder, leased_until) VALUES (@source, @holder, now() + @lease)
        ON CONFLICT (source) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
        WHERE r.leased_until IS NULL OR r.leased_until <= now() OR r.holder = excluded.holder
        RETURNING is_paused
        """;

    private const string Release = "UPDATE dify_readers SET leased_until = NULL WHERE source = @source AND holder = @holder";

    private const string Finish = """
        UPDATE dify_readers
        SET polled_at = now(), queries = queries + @queries, rows_read = rows_read + @rows, busy_ms = busy_ms + @busyMs
        WHERE source = @source
        """;

    private const string Fail = "UPDATE dify_readers SET failed_at = now(), last_error = @reason WHERE source = @source";

    private const string Pause = "UPDATE dify_readers SET is_paused = @isPaused WHERE source = @source";

    private const string Streams = """
        SELECT source AS "Source", stream AS "Name", is_done AS "IsDone", began_at AS "BeganAt", at AS "At", until_at AS "UntilAt",
            rows_read AS "RowsRead", id AS "Id"
        FROM dify_streams
        WHERE @source::text IS NULL OR source = @source
        ORDER BY source, stream
        """;

    private const string Begin = """
        INSERT INTO dify_streams (source, stream, began_at, at, until_at, id) VALUES (@source, @stream, @at, @at, @until, @id)
        ON CONFLICT (source, stream) DO NOTHING
        """;

    private const string Advance = """
        UPDATE dify_streams SET at = @at, id = @id, is_done = @isDone, rows_read = rows_read + @rows WHERE source = @source AND stream = @stream
        """;

    private const string Readers = """
        SELECT source AS "Source", is_paused AS "IsPaused", polled_at AS "PolledAt", failed_at AS "FailedAt", last_error AS "LastError",
            queries AS "Queries", rows_read AS "RowsRead", busy_ms AS "BusyMs"
        FROM dify_readers
        ORDER BY source
        """;

    /// <summary>Takes the turn for a time, or goes on having it.</summary>
    /// <returns>Whether history is paused; null when another has the turn.</returns>
    public Task<bool?> ClaimAsync(string source, Guid holder, TimeSpan lease, CancellationToken cancellationToken) =>
        database.FindAsync<bool?>(
            Claim,
            new
            {
                source,
                holder,
                lease,
            },
            cancellationToken
        );

    /// <summary>Gives the turn back before its time, so that another replica need not wait for it.</summary>
    public Task ReleaseAsync(string source, Guid holder, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Release, new { source, holder }, cancellationToken);

    public Task FinishAsync(string source, DifyLoad load, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Finish,
            new
            {
                source,
                queries = load.Queries,
                rows = load.Rows,
                busyMs = (long)load.Busy.TotalMilliseconds,
            },
            cancellationToken
        );

    public Task FailAsync(string source, string reason, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Fail, new { source, reason = Rows.StorableText.Clean(reason) }, cancellationToken);

    /// <summary>Stops reading history, or goes on with it, also for a reader that is not running. What is new is read either way.</summary>
    public Task PauseAsync(string source, bool isPaused, CancellationToken cancellationToken) =>
        database.ExecuteAsync(Pause, new { source, isPaused }, cancellationToken);

    public async Task<IReadOnlyList<DifyStream>> StreamsAsync(string source, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<StreamRow>(Streams, new { source }, cancellationToken)).Select(row => row.ToStream())];

    /// <summary>Begins a stream; one that has begun stays where it is.</summary>
    /// <param name="until">Where history ends; null of what is new.</param>
    public Task BeginAsync(string source, string stream, DifyPlace place, DateTimeOffset? until, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Begin,
            new
            {
                source,
                stream,
                at = place.At.UtcDateTime,
                until = until?.UtcDateTime,
                id = place.Id,
            },
            cancellationToken
        );

    /// <summary>What lies before this place is durable.</summary>
    public Task AdvanceAsync(string source, string stream, DifyPlace place, bool isDone, int rows, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            Advance,
            new
            {
                source,
                stream,
                at = place.At.UtcDateTime,
                id = place.Id,
                isDone,
                rows,
            },
            cancellationToken
        );

    /// <summary>Every reader that has ever run.</summary>
    public async Task<IReadOnlyList<DifyReaderStatus>> StatusAsync(CancellationToken cancellationToken)
    {
        var streams = (await database.QueryAsync<StreamRow>(Streams, new { source = (string?)null }, cancellationToken)).ToLookup(row => row.Source);
        return
        [
            .. (await database.QueryAsync<ReaderRow>(Readers, null, cancellationToken)).Select(row => new DifyReaderStatus(
                row.Source,
                row.IsPaused,
                DifyTime.Of(row.PolledAt),
                DifyTime.Of(row.FailedAt),
                row.LastError,
                row.Queries,
                row.RowsRead,
                TimeSpan.FromMilliseconds(row.BusyMs),
                [.. streams[row.Source].Select(stream => stream.ToStream())]
            )),
        ];
    }

    private sealed record StreamRow(string Source, string Name, bool IsDone, DateTime BeganAt, DateTime At, DateTime? UntilAt, long RowsRead, Guid Id)
    {
        public DifyStream ToStream() => new(Name, new(BeganAt), new(new(At), Id), DifyTime.Of(UntilAt), IsDone, RowsRead);
    }

    private sealed record ReaderRow(
        string Source,
        bool IsPaused,
        DateTime? PolledAt,
        DateTime? FailedAt,
        string? LastError,
        long Queries,
        long RowsRead,
        long BusyMs
    );
}
