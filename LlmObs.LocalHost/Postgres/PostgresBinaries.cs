using System.Text.RegularExpressions;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Postgres;

/// <summary>The programs of one PostgreSQL installation.</summary>
/// <param name="Directory">Holds <c>initdb</c> and <c>postgres</c>.</param>
/// <param name="Version">As the server says it, e.g. 15.13 or 18.4.</param>
public sealed partial record PostgresBinaries(string Directory, Version Version)
{
    /// <summary>The oldest version the schema runs on.</summary>
    public const int OldestMajor = 15;

    public string Initdb => Path.Combine(Directory, "initdb");
    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>Asks the server in a directory for its version; null when there is none, or it doesn't run here.</summary>
    public static async Task<PostgresBinaries?> InAsync(string directory, CancellationToken cancellationToken)
    {
        var server = Path.Combine(directory, "postgres");
        if (!File.Exists(server) || !File.Exists(Path.Combine(directory, "initdb")))
        {
            return null;
        }

        var answer = await Tool.TryRunAsync(server, ["--version"], cancellationToken);
        var match = VersionNumber().Match(answer.Output);
        return answer.ExitCode == 0 && match.Success ? new PostgresBinaries(directory, Version.Parse(match.Value)) : null;
    }

    // Betas say "19beta1": too new to keep data in, so they don't match.
    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex VersionNumber();
}
