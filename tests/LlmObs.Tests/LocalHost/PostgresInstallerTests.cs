using LlmObs.LocalHost;
using LlmObs.LocalHost.Postgres;

namespace LlmObs.Tests.LocalHost;

public sealed class PostgresInstallerTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-installer-");
    private readonly List<string> said = [];

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Takes_the_newest_of_the_machine_and_asks_no_other_source()
    {
        Install("15/bin", "15.13 (Debian 15.13-0+deb12u1)");
        Install("17/bin", "17.5");
        var source = new Source(available: true, []);

        var found = await Installer("*/bin", source).FindOrInstallAsync(null, Cancel);
        Assert.Equal(new Version(17, 5), found.Version);
        Assert.False(source.Asked);
    }

    [Fact]
    public async Task Takes_the_version_that_wrote_the_data()
    {
        Install("15/bin", "15.13");
        Install("17/bin", "17.5");
        Assert.Equal(15, (await Installer("*/bin").FindOrInstallAsync(15, Cancel)).Version.Major);
    }

    [Fact]
    public async Task Follows_a_link_to_where_the_server_really_is()
    {
        Install("real", "16.9");
        Directory.CreateDirectory(In("bin"));
        File.CreateSymbolicLink(In("bin/postgres"), In("real/postgres"));
        Assert.Equal(In("real"), (await Installer("bin").FindOrInstallAsync(null, Cancel)).Directory);
    }

    [Fact]
    public async Task Passes_over_versions_too_old_and_betas()
    {
        Install("14/bin", "14.18");
        Install("19/bin", "19beta1");
        var source = new Source(available: true, [new PostgresBinaries("/fetched", new Version(18, 4))]);
        Assert.Equal("/fetched", (await Installer("*/bin", source).FindOrInstallAsync(null, Cancel)).Directory);
    }

    [Fact]
    public async Task Goes_on_to_the_next_source_when_one_fails_and_says_so()
    {
        var offline = new Source(available: true, failure: "npm failed: offline");
        var closed = new Source(available: false, []);
        var good = new Source(available: true, [new PostgresBinaries("/installed", new Version(15, 1))]);

        Assert.Equal("/installed", (await Installer("none", offline, closed, good).FindOrInstallAsync(null, Cancel)).Directory);
        Assert.Equal(["npm failed: offline"], said);
        Assert.False(closed.Asked);
    }

    [Fact]
    public async Task Says_what_to_install_when_every_way_is_closed()
    {
        Install("13/bin", "13.2");
        var refusal = await Assert.ThrowsAsync<LocalHostException>(() =>
            Installer("*/bin", new Source(available: false, [])).FindOrInstallAsync(null, Cancel)
        );
        Assert.Contains("PostgreSQL 15 or newer is needed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"Found: 13.2 in {In("13/bin")}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("nstall", refusal.Message.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_to_serve_data_of_a_version_that_is_not_there()
    {
        Install("17/bin", "17.5");
        var refusal = await Assert.ThrowsAsync<LocalHostException>(() => Installer("*/bin").FindOrInstallAsync(15, Cancel));
        Assert.Contains("written by PostgreSQL 15", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("pg_upgrade", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "ID=debian\n", true, true)]
    [InlineData(true, "NAME=Mint\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", true, true)]
    [InlineData(false, "ID=debian\n", true, false)]
    [InlineData(true, "ID=debian\n", false, false)]
    [InlineData(true, "ID=fedora\nHOME_URL=https://debian.example\n", true, false)]
    public void Installs_by_apt_only_as_root_on_debian_and_its_kin(bool isRoot, string osRelease, bool hasApt, bool expected) =>
        Assert.Equal(expected, AptPostgres.CanInstall(isRoot, osRelease, hasApt));

    [Fact]
    public async Task Does_not_use_an_archive_that_is_not_the_pinned_one()
    {
        var archive = In("postgres.tgz");
        await File.WriteAllTextAsync(archive, "abc", Cancel);

        // The SHA-512 of "abc", as FIPS 180-4 gives it.
        await NpmPostgres.VerifyAsync(
            archive,
            "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
            Cancel
        );

        await File.AppendAllTextAsync(archive, "d", Cancel);
        var refusal = await Assert.ThrowsAsync<LocalHostException>(() =>
            NpmPostgres.VerifyAsync(
                archive,
                "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
                Cancel
            )
        );
        Assert.Contains("isn't the archive LlmObs knows", refusal.Message, StringComparison.Ordinal);
    }

    private PostgresInstaller Installer(string directories, params IPostgresSource[] sources) =>
        new(new PostgresSearch([In(directories)]), sources, said.Add);

    private string In(string path) => Path.Combine(directory.FullName, path);

    private void Install(string path, string version)
    {
        Directory.CreateDirectory(In(path));
        foreach (var program in new[] { "postgres", "initdb" })
        {
            var file = In($"{path}/{program}");
            File.WriteAllText(file, $"#!/bin/sh\necho '{program} (PostgreSQL) {version}'\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
            }
        }
    }

    private sealed class Source(bool available, IReadOnlyList<PostgresBinaries>? binaries = null, string? failure = null) : IPostgresSource
    {
        public bool Asked { get; private set; }
        public bool IsAvailable => available;

        public Task<IReadOnlyList<PostgresBinaries>> GetAsync(CancellationToken cancellationToken)
        {
            Asked = true;
            return failure is null ? Task.FromResult(binaries!) : throw new LocalHostException(failure);
        }
    }
}
