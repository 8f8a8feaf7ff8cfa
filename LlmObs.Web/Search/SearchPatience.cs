using LlmObs.Sls;
using LlmObs.Web.Shell;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Search;

/// <summary>How long a page waits for SLS: no answer within <see cref="WebOptions.SearchTimeout"/> is as good as none.</summary>
public sealed class SearchPatience(IOptions<WebOptions> options, TimeProvider time)
{
    /// <exception cref="SlsException">SLS is away, or did not answer in time.</exception>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var timeout = options.Value.SearchTimeout;
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SlsException(0, SlsException.RequestTimeout, $"no answer within {timeout.TotalSeconds} s", requestId: null, exception);
        }
    }
}
