using System.Globalization;

namespace LlmObs.LocalHost;

/// <summary>What was asked for on the command line.</summary>
/// <param name="DataDirectory">Null: <c>.llmobs</c> in the repository's root.</param>
/// <param name="Ports">By option, e.g. <c>--port-web</c>.</param>
internal sealed record CommandLine(bool Help, string? DataDirectory, IReadOnlyDictionary<string, int> Ports)
{
    private const string DataDir = "--data-dir";

    /// <param name="portOptions">The options that name a port of the stack at hand.</param>
    /// <exception cref="LocalHostException">An option is unknown or its value makes no sense.</exception>
    public static CommandLine Parse(IReadOnlyList<string> args, IReadOnlyCollection<string> portOptions)
    {
        var help = false;
        string? dataDirectory = null;
        var ports = new Dictionary<string, int>();
        var words = new Queue<string>(args.SelectMany(SplitAtEquals));
        while (words.TryDequeue(out var option))
        {
            switch (option)
            {
                case "--help" or "-h" or "-?":
                    help = true;
                    break;
                case "--demo": // AppHost.cs itself reads this one.
                    break;
                case DataDir:
                    dataDirectory = Path.GetFullPath(Value(option, words));
                    break;
                case "--operation" or "--publisher":
                    throw new LocalHostException("Publishing is Aspire's work: run again with UseAspire=true in the environment.");
                case var port when portOptions.Contains(port):
                    ports[port] = Port(option, Value(option, words));
                    break;
                default:
                    throw new LocalHostException(
                        $"Unknown option '{option}'. Known here: {string.Join(", ", ["--demo", DataDir, .. portOptions, "--help"])}."
                    );
            }
        }

        return new CommandLine(help, dataDirectory, ports);
    }

    /// <summary>The text of <c>--help</c>.</summary>
    public static string Usage(IEnumerable<Endpoint> endpoints) =>
        $"""
            Starts the whole of LlmObs on this machine: PostgreSQL, a local SLS, and our services.

              dotnet run --project LlmObs.AppHost -- [options]

              --demo                   also the demo copilot, which makes living traces
              {DataDir} DIR           where everything is kept between runs (default: .llmobs in the repository's root)
            {string.Join('\n', endpoints.Select(endpoint => $"  {endpoint.Option + " PORT", -24} default {endpoint.Port}"))}
              --help                   this text (with --demo: its options too)

            Ctrl-C stops everything in order and keeps the data; a second Ctrl-C doesn't wait.
            LLMOBS_POSTGRES_BIN=DIR takes PostgreSQL (15 or newer) from there instead of looking for it.
            """;

    private static string[] SplitAtEquals(string word) => word.StartsWith("--", StringComparison.Ordinal) ? word.Split('=', 2) : [word];

    private static string Value(string option, Queue<string> words) =>
        words.TryDequeue(out var value) && !value.StartsWith("--", StringComparison.Ordinal)
            ? value
            : throw new LocalHostException($"{option} needs a value.");

    private static int Port(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new LocalHostException($"{option} needs a port from 1 to 65535, not '{value}'.");
}
