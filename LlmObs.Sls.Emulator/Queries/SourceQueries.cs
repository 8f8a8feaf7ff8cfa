using System.Runtime.ExceptionServices;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Asks many sources, as many at once as there are processors.</summary>
internal sealed class SourceQueries(IReadOnlyList<ITermSource> sources, CancellationToken cancellationToken)
{
    /// <summary>The answers in the order of the sources. What one of them throws is thrown as it is.</summary>
    public T[] Ask<T>(Func<ITermSource, T> ask)
    {
        var answers = new T[sources.Count];
        try
        {
            Parallel.For(
                0,
                sources.Count,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                i => answers[i] = ask(sources[i])
            );
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
        return answers;
    }
}
