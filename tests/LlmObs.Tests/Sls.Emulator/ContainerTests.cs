using System.Diagnostics;
using System.Text.Json.Nodes;
using LlmObs.Tests.Documents;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class ContainerTests
{
    [Fact]
    public async Task The_image_listens_keeps_its_data_on_a_volume_and_does_not_run_as_root()
    {
        var project = await EvaluateAsync(
            "-getProperty:ContainerRepository,ContainerUser,ContainerWorkingDirectory",
            "-getItem:ContainerPort,ContainerEnvironmentVariable"
        );

        Assert.Equal("llmobs-sls-emulator", (string?)project["Properties"]!["ContainerRepository"]);
        Assert.Equal("app", (string?)project["Properties"]!["ContainerUser"]);
        // The SDK puts the program's name right behind it.
        Assert.Equal("/app/", (string?)project["Properties"]!["ContainerWorkingDirectory"]);
        Assert.Equal("5085", (string?)Assert.Single(project["Items"]!["ContainerPort"]!.AsArray())!["Identity"]);
        var environment = project["Items"]!["ContainerEnvironmentVariable"]!
            .AsArray()
            .ToDictionary(variable => (string)variable!["Identity"]!, variable => (string?)variable!["Value"]);
        Assert.Equal("5085", environment["ASPNETCORE_HTTP_PORTS"]);
        Assert.Equal("/data", environment["Emulator__DataDirectory"]);
    }

    private static async Task<JsonNode> EvaluateAsync(params string[] questions)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["msbuild", Path.Combine(Repository.Root, "LlmObs.Sls.Emulator"), "-p:UseAspire=false", .. questions]
        )
        {
            RedirectStandardOutput = true,
        };
        using var msbuild = Process.Start(start)!;
        var output = await msbuild.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await msbuild.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(msbuild.ExitCode == 0, output);
        return JsonNode.Parse(output)!;
    }
}
