using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Services;

/// <summary>A process of the stack, before and after it is started. Keeping it alive is the <see cref="Supervisor"/>'s work.</summary>
internal interface IService
{
    Resource Resource { get; }
    IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>Called before each start, so that what a killed run left behind is put right each time.</summary>
    /// <exception cref="LocalHostException">It can't be started here; the message says what to do.</exception>
    Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Null when it is healthy, else what it answered.</summary>
    Task<string?> WhyNotHealthyAsync(ChildProcess process, CancellationToken cancellationToken);
}
