using System.Runtime.InteropServices;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Services;

/// <summary>One of our services as part of the stack.</summary>
internal sealed class ProjectService(ProjectResource project, ServiceEnvironment environment, HttpClient http) : IService
{
    public Resource Resource => project;
    public IReadOnlyList<Endpoint> Endpoints => project.Endpoints;

    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken) =>
        Task.FromResult(
            new ProcessSpec(Dotnet, [project.Project.AssemblyPath])
            {
                WorkingDirectory = Path.GetDirectoryName(project.Project.ProjectPath)!,
                Environment = environment.Of(project, LaunchSettings.Of(project.Project)),
            }
        );

    public async Task<string?> WhyNotHealthyAsync(ChildProcess process, CancellationToken cancellationToken)
    {
        if (project.HealthPath is null)
        {
            return null;
        }

        try
        {
            using var response = await http.GetAsync(new Uri(project.Http.Url + project.HealthPath), cancellationToken);
            return response.IsSuccessStatusCode
                ? null
                : $"{project.HealthPath} answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return $"{project.HealthPath} doesn't answer";
        }
    }

    // The runtime that runs us: <root>/shared/Microsoft.NETCore.App/<version>/ is where it is loaded from.
    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
}
