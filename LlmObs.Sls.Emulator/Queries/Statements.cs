using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Sql;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>
/// Runs statements within the bounds of number, time and memory. One for which memory did not suffice beside others, or that was
/// interrupted to make room, runs once more alone; when it fails again it is refused, so that those beside it do not.
/// </summary>
public sealed class Statements : IDisposable
{
    private const int MaxSecondsAlone = 3;
    private readonly Engine engine;
    private readonly EmulatorOptions options;
    private readonly SemaphoreSlim slots;

    public Statements(Engine engine, EmulatorOptions options)
    {
        this.engine = engine;
        this.options = options;
        slots = new SemaphoreSlim(options.ConcurrentQueries);
    }

    /// <param name="statement">May run twice.</param>
    /// <exception cref="SlsException">It was refused, or cut.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> statement, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            using (var turn = await engine.Gate.EnterAsync(cancellationToken))
            {
                try
                {
                    return await RunAsync(turn, options.QueryTimeoutSeconds, statement, cancellationToken);
                }
                catch (InsufficientMemoryException) when (turn.HadCompany) { }
            }
            using var alone = await engine.Gate.EnterAloneAsync(cancellationToken);
            return await RunAsync(alone, Math.Min(options.QueryTimeoutSeconds, MaxSecondsAlone), statement, cancellationToken);
        }
        catch (InsufficientMemoryException failure)
        {
            throw AnalysisError.OutOfMemory(options.MemoryMb, failure);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();

    private async Task<T> RunAsync<T>(StatementTurn turn, int seconds, Func<CancellationToken, T> statement, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Interrupted);
        cut.CancelAfter(TimeSpan.FromSeconds(seconds));
        using var watched = engine.Memory.Begin(turn);
        try
        {
            return await Task.Run(
                () =>
                {
                    using var use = engine.BeginUse();
                    return statement(cut.Token);
                },
                cancellationToken
            );
        }
        catch (Exception failure) when (cut.IsCancellationRequested && failure is DuckDBException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw turn.Interrupted.IsCancellationRequested
                ? new InsufficientMemoryException(failure.Message, failure)
                : AnalysisError.Timeout(seconds);
        }
        catch (DuckDBException failure) when (Engine.IsOutOfMemory(failure))
        {
            throw new InsufficientMemoryException(failure.Message, failure);
        }
        catch (DuckDBException failure)
        {
            throw AnalysisError.From(failure);
        }
    }
}
