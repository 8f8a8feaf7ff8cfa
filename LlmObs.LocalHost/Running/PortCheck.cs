using System.Net.NetworkInformation;

namespace LlmObs.LocalHost.Running;

/// <summary>Looks for ports of ours that somebody else listens on, before anything is started.</summary>
internal static class PortCheck
{
    /// <exception cref="LocalHostException">At least one is taken, or two of ours are the same; every one is named with the option that changes it.</exception>
    public static async Task EnsureFreeAsync(IReadOnlyCollection<Endpoint> endpoints, CancellationToken cancellationToken)
    {
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        var problems = new List<string>();
        foreach (var taken in endpoints.Where(endpoint => listening.Contains(endpoint.Port)))
        {
            var holder = await PortHolder.FindAsync(taken.Port, cancellationToken);
            problems.Add(Taken(taken, holder));
        }

        problems.AddRange(
            endpoints
                .GroupBy(endpoint => endpoint.Port)
                .Where(group => group.Count() > 1)
                .Select(group => $"Port {group.Key} is wanted twice: {string.Join(" and ", group.Select(endpoint => endpoint.Option))}.")
        );
        if (problems.Count > 0)
        {
            throw new LocalHostException(string.Join('\n', problems));
        }
    }

    internal static string Taken(Endpoint endpoint, string? holder) =>
        $"Port {endpoint.Port} is taken{(holder is null ? "" : $" by {holder}")}: choose another one with {endpoint.Option} PORT.";
}
