using LlmObs.LocalHost.Postgres;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Services;

/// <summary>PostgreSQL as part of the stack.</summary>
internal sealed class PostgresService(PostgresServerResource server, DataDirectory data, Action<string> say) : IService
{
    private PostgresCluster? cluster;

    public Resource Resource => server;
    public IReadOnlyList<Endpoint> Endpoints { get; } = [server.Endpoint];

    public async Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        if (cluster is null)
        {
            var home = await PostgresCluster.HomeForAsync(data.Postgres, say, cancellationToken);
            var databases = server.Databases.Select(database => database.Name).ToList();
            cluster = await PostgresCluster.OpenAsync(home, PostgresSearch.Machine, databases, say, cancellationToken);
            server.Password = cluster.Password;
        }
        else
        {
            await cluster.ClearLeftoversAsync(cancellationToken);
        }

        return cluster.Server(server.Endpoint.Port, new Dictionary<string, string>());
    }

    public Task<string?> WhyNotHealthyAsync(ChildProcess process, CancellationToken cancellationToken) =>
        Task.FromResult(cluster!.IsReady(process.Id) ? null : "recovering or starting");
}
