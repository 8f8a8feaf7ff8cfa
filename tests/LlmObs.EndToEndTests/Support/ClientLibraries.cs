using System.Text.Json.Nodes;
using LlmObs.EndToEndTests.Support;

[assembly: AssemblyFixture(typeof(ClientLibraries))]

namespace LlmObs.EndToEndTests.Support;

/// <summary>The published client libraries of <c>tests/clients</c>, installed once, run as programs of their own.</summary>
public sealed class ClientLibraries : IAsyncLifetime
{
    private readonly NodeProject langfuse = new("langfuse");
    private readonly NodeProject instrumented = new("instrumented");

    public async ValueTask InitializeAsync()
    {
        await langfuse.InstallAsync();
        await instrumented.InstallAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Runs a script of Langfuse's libraries and returns what its last line says, and all it wrote to standard error.</summary>
    public async Task<(JsonNode Said, string Errors)> RunLangfuseAsync(string script, string[] arguments, Dictionary<string, string> environment)
    {
        var (output, errors) = await langfuse.RunAsync([script, .. arguments], environment);
        return (JsonNode.Parse(LastLine(output))!, errors);
    }

    /// <summary>Holds one conversation with a tool under an instrumentation, and returns its trace id.</summary>
    public async Task<string> ConverseAsync(string library, Uri endpoint, string key, string session, string user)
    {
        // Traceloop's library would tell its makers that it runs.
        var (output, _) = await instrumented.RunAsync(
            ["run.mjs", library, endpoint.GetLeftPart(UriPartial.Authority), key, session, user],
            new() { ["TRACELOOP_TELEMETRY"] = "false" }
        );
        return LastLine(output);
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1];
}
