using LlmObs.LocalHost.Running;
using LlmObs.LocalHost.Services;

namespace LlmObs.LocalHost.Output;

/// <summary>What runs where, printed once everything is healthy.</summary>
internal static class Summary
{
    public static string Of(IReadOnlyList<Supervisor> supervisors, DataDirectory data, LocalSecrets secrets, TimeSpan took)
    {
        var rows = supervisors.SelectMany(Rows).ToList();
        var web = supervisors.SelectMany(supervisor => supervisor.Service.Endpoints).FirstOrDefault(endpoint => endpoint.Option == "--port-web");
        return $"""

              LlmObs is up after {took.TotalSeconds:0.0} s.

            {Table(rows)}

              Open     {(web is null ? "" : $"{web.Url}/login?token={secrets.LoginToken}")}
              API key  {data.ApiKeyFile}
              Data     {data.Path}

              Ctrl-C stops everything and keeps the data.

            """;
    }

    private static IEnumerable<string[]> Rows(Supervisor supervisor) =>
        supervisor.Service.Endpoints.Select(
            (endpoint, index) =>
                index == 0
                    ? new[] { supervisor.Service.Resource.Name, Address(endpoint), $"pid {supervisor.ProcessId}" }
                    : ["", Address(endpoint), endpoint.Name]
        );

    private static string Address(Endpoint endpoint) => endpoint.Name == "tcp" ? $"localhost:{endpoint.Port}" : endpoint.Url;

    private static string Table(List<string[]> rows)
    {
        var widths = Enumerable.Range(0, 2).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return string.Join('\n', rows.Select(row => $"  {row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2]}"));
    }
}
