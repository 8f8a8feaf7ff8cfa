using LlmObs.LocalHost.Output;
using LlmObs.LocalHost.Running;
using LlmObs.LocalHost.Services;

namespace LlmObs.LocalHost;

/// <summary>Runs what <c>AppHost.cs</c> describes as processes of this machine, where Aspire can't.</summary>
public sealed class DistributedApplication
{
    // Who takes in telemetry takes in the stack's own as well.
    private const string TelemetryReceiver = "ingest";

    private readonly long created = TimeProvider.System.GetTimestamp();
    private readonly DistributedApplicationBuilder model;

    internal DistributedApplication(DistributedApplicationBuilder model) => this.model = model;

    public static DistributedApplicationBuilder CreateBuilder(string[] args) => new(args);

    /// <summary>Starts everything, prints what runs where, and stops everything when asked to. Sets the exit code.</summary>
    public void Run()
    {
        try
        {
            RunAsync().GetAwaiter().GetResult();
        }
        catch (LocalHostException e)
        {
            Console.Error.WriteLine($"\n{e.Message}");
            Environment.ExitCode = 1;
        }
    }

    private async Task RunAsync()
    {
        var endpoints = model.Resources.SelectMany(Endpoints).ToList();
        var asked = CommandLine.Parse(model.Args, [.. endpoints.Select(endpoint => endpoint.Option)]);
        if (asked.Help)
        {
            Console.WriteLine(CommandLine.Usage(endpoints));
            return;
        }

        foreach (var endpoint in endpoints)
        {
            endpoint.Port = asked.Ports.GetValueOrDefault(endpoint.Option, endpoint.Port);
        }

        using var signals = new HostSignals();
        using var data = DataDirectory.Open(asked.DataDirectory ?? DataDirectory.DefaultFor(Projects.First().Project.ProjectPath));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        var secrets = await LocalSecrets.ReadAsync(data, signals.Stop);
        var log = new LogPrinter(
            Console.Out,
            [.. model.Resources.Where(resource => Endpoints(resource).Any()).Select(resource => resource.Name)],
            !Console.IsOutputRedirected
        );
        var pids = new PidFiles(data.Processes);
        var environment = new ServiceEnvironment(data, secrets, Projects.FirstOrDefault(project => project.Name == TelemetryReceiver)?.Http);
        List<Supervisor> supervisors =
        [
            .. model.Resources.Select(Service).OfType<IService>().Select(service => new Supervisor(service, log, pids, TimeProvider.System)),
        ];
        var stack = new Stack(supervisors);
        signals.AtOnce = stack.Kill;

        try
        {
            await pids.StopLeftoversAsync(log.Say, signals.Stop);
            await PortCheck.EnsureFreeAsync(endpoints, signals.Stop);
            await stack.StartAsync(signals.Stop);
            log.Plain(Summary.Of(supervisors, data, secrets, TimeProvider.System.GetElapsedTime(created)));
            await Task.Delay(Timeout.Infinite, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            log.Say("Stopping. Once more to stop at once.");
        }
        finally
        {
            await stack.StopAsync();
        }

        log.Say("Everything has stopped.");

        IService? Service(Resource resource) =>
            resource switch
            {
                PostgresServerResource server => new PostgresService(server, data, log.Say),
                ProjectResource project => new ProjectService(project, environment, http),
                _ => null,
            };
    }

    private IEnumerable<ProjectResource> Projects => model.Resources.OfType<ProjectResource>();

    private static IEnumerable<Endpoint> Endpoints(Resource resource) =>
        resource switch
        {
            PostgresServerResource server => [server.Endpoint],
            ProjectResource project => project.Endpoints,
            _ => [],
        };
}
