using System.Security.Cryptography;

namespace LlmObs.LocalHost.Running;

/// <summary>Files that only their owner may read, made so from the first byte on.</summary>
internal static class PrivateFile
{
    /// <summary>The secret kept in a file; a new random one is written when the file is missing or empty.</summary>
    public static async Task<string> SecretAsync(string path, string prefix, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && (await File.ReadAllTextAsync(path, cancellationToken)).Trim() is { Length: > 0 } kept)
        {
            return kept;
        }

        var secret = NewSecret(prefix);
        await WriteAsync(path, secret + "\n", cancellationToken);
        return secret;
    }

    /// <summary>192 random bits after the prefix, letters and digits only: it is pasted into URLs, headers and connection strings.</summary>
    public static string NewSecret(string prefix) => prefix + RandomNumberGenerator.GetHexString(48, lowercase: true);

    /// <summary>Everybody may read it and enter or run it; for what isn't private.</summary>
    public static void OpenToAll(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // Renamed into place: a host killed in between must not leave half a secret that no longer opens anything.
        var draft = path + ".new";
        File.Delete(draft);
        await using (var writer = new StreamWriter(draft, options))
        {
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        }

        File.Move(draft, path, overwrite: true);
    }
}
