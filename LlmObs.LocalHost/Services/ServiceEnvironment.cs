using System.Globalization;

namespace LlmObs.LocalHost.Services;

/// <summary>The environment a service starts with: the same variables Aspire gives, so that no service can tell who started it.</summary>
/// <param name="telemetry">Address that takes the stack's own telemetry; null: it isn't sent.</param>
internal sealed class ServiceEnvironment(DataDirectory data, LocalSecrets secrets, Endpoint? telemetry)
{
    public Dictionary<string, string?> Of(ProjectResource project, LaunchSettings launch)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = project.Http.Url,

            // Among themselves they talk directly, also where a proxy leads to the world.
            ["NO_PROXY"] = string.Join(
                ',',
                new[] { Environment.GetEnvironmentVariable("NO_PROXY"), "localhost", "127.0.0.1" }.Where(host => !string.IsNullOrEmpty(host))
            ),
            ["OTEL_SERVICE_NAME"] = project.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid():N}",

            // One line for one message: they stand between those of the other services.
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__SingleLine"] = "true",

            // Each request logged by the web server would be a log that Ingest receives, logged again as a request.
            ["Logging__LogLevel__Microsoft.AspNetCore"] = "Warning",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Warning",
        };
        Add(environment, launch.Environment.Select(variable => (variable.Key, variable.Value)));
        Add(environment, Telemetry());
        Add(
            environment,
            project
                .Endpoints.Where(endpoint => endpoint.Env is not null)
                .Select(endpoint => (endpoint.Env!, endpoint.Port.ToString(CultureInfo.InvariantCulture)))
        );
        Add(environment, project.References.Select(reference => reference()));
        Add(environment, LocalDefaults(project.Name));
        return environment;
    }

    private IEnumerable<(string, string)> Telemetry() =>
        telemetry is null
            ? []
            :
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry.Url),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_EXPORTER_OTLP_HEADERS", $"Authorization=Bearer {secrets.OwnApiKey}"),
            ];

    // Where a service of this stack may write, and what opens it: settings any deployment would make in its own way.
    private IEnumerable<(string, string)> LocalDefaults(string service) =>
        service switch
        {
            "ingest" => [("Spool__Directory", data.Spool), .. Key(0, "default", secrets.ApiKey), .. Key(1, "llmobs", secrets.OwnApiKey)],
            "web" => [("Web__LoginToken", secrets.LoginToken)],
            "sls-emulator" => [("Emulator__DataDirectory", data.Sls)],
            "sqlcopilot" => [("LLMOBS_API_KEY", secrets.ApiKey)],
            _ => [],
        };

    private static (string, string)[] Key(int index, string project, string key) =>
        [
            ($"ApiKeys__{index}__Project", project),
            ($"ApiKeys__{index}__Name", "local"),
            ($"ApiKeys__{index}__Key", key),
            ($"ApiKeys__{index}__Scopes", "All"),
        ];

    private static void Add(Dictionary<string, string?> environment, IEnumerable<(string Name, string Value)> variables)
    {
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }
    }
}
