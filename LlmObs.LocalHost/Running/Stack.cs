namespace LlmObs.LocalHost.Running;

/// <summary>All processes together: started as soon as what each waits for is healthy, stopped in reverse of the order in which they were named.</summary>
internal sealed class Stack(IReadOnlyList<Supervisor> supervisors)
{
    /// <summary>Returns when all are healthy.</summary>
    /// <exception cref="LocalHostException">One of them can't be brought up.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var starts = supervisors.Select(supervisor => StartAsync(supervisor, cancellationToken)).ToList();
        await foreach (var start in Task.WhenEach(starts).WithCancellation(cancellationToken))
        {
            await start;
        }
    }

    public async Task StopAsync()
    {
        foreach (var supervisor in supervisors.Reverse())
        {
            await supervisor.DisposeAsync();
        }
    }

    public void Kill()
    {
        foreach (var supervisor in supervisors)
        {
            supervisor.Kill();
        }
    }

    private async Task StartAsync(Supervisor supervisor, CancellationToken cancellationToken)
    {
        var needed = Dependencies.Of(supervisor.Service.Resource);
        await Task.WhenAll(supervisors.Where(other => needed.Contains(other.Service.Resource)).Select(other => other.Healthy))
            .WaitAsync(cancellationToken);
        supervisor.Start();
        await supervisor.Healthy.WaitAsync(cancellationToken);
    }
}
