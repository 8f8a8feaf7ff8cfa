using System.ComponentModel;
using System.Diagnostics;

namespace LlmObs.LocalHost.Running;

/// <summary>Runs a short command to its end and takes what it printed.</summary>
internal static class Tool
{
    /// <summary>What a command printed, trimmed: standard output, and standard error apart.</summary>
    public sealed record Result(int ExitCode, string Output, string Error);

    public const int NotFound = 127;

    /// <exception cref="LocalHostException">The command is missing or failed; the message holds what it said.</exception>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellationToken, string? input = null)
    {
        var result = await TryRunAsync(file, arguments, cancellationToken, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new LocalHostException(
                $"{Path.GetFileName(file)} failed with code {result.ExitCode}: {(result.Error.Length > 0 ? result.Error : result.Output)}"
            );
    }

    /// <summary>As <see cref="RunAsync"/>, with failure as a value; a command that isn't there has exit code <see cref="NotFound"/>.</summary>
    public static async Task<Result> TryRunAsync(
        string file,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? input = null
    )
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetPathRoot(Environment.CurrentDirectory),
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new Result(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (Win32Exception e)
        {
            return new Result(NotFound, "", e.Message);
        }
    }

    /// <summary>The full path of a command on PATH, or null.</summary>
    public static string? Find(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, command))
            .FirstOrDefault(File.Exists);
}
