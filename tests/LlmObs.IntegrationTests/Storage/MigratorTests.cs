using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Schema;
using Npgsql;

namespace LlmObs.IntegrationTests.Storage;

public sealed class MigratorTests(PostgresFixture postgres)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creates_a_database_that_is_missing_with_the_two_first_projects()
    {
        await using var dataSource = NpgsqlDataSource.Create(await postgres.ConnectionStringAsync(postgres.NewName()));

        await new Migrator(dataSource).MigrateAsync(Cancel);

        await using var command = dataSource.CreateCommand("SELECT array_agg(name ORDER BY id) FROM projects");
        Assert.Equal(["default", "llmobs"], (string[])(await command.ExecuteScalarAsync(Cancel))!);
    }

    [Fact]
    public async Task Applies_each_migration_once_however_many_start_together()
    {
        await using var dataSource = NpgsqlDataSource.Create(await postgres.ConnectionStringAsync(postgres.NewName()));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => new Migrator(dataSource).MigrateAsync(Cancel))));
        await new Migrator(dataSource).MigrateAsync(Cancel);

        await using var command = dataSource.CreateCommand("SELECT count(*) FROM schema_migrations");
        Assert.Equal((long)Migration.All.Count, await command.ExecuteScalarAsync(Cancel));
        Assert.Null(await new Migrator(dataSource).MissingAsync(Cancel));
    }

    [Fact]
    public async Task Refuses_a_database_whose_migration_was_edited_afterwards()
    {
        await using var dataSource = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var edit = dataSource.CreateCommand("UPDATE schema_migrations SET checksum = '\\x00' WHERE number = 2");
        await edit.ExecuteNonQueryAsync(Cancel);

        var exception = await Assert.ThrowsAsync<SchemaException>(() => new Migrator(dataSource).MigrateAsync(Cancel));

        Assert.Contains("0002_spans was edited", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_database_of_a_newer_build()
    {
        await using var dataSource = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var add = dataSource.CreateCommand("INSERT INTO schema_migrations (number, name, checksum) VALUES (9999, '9999_future', '')");
        await add.ExecuteNonQueryAsync(Cancel);

        Assert.Contains(
            "9999_future",
            (await Assert.ThrowsAsync<SchemaException>(() => new Migrator(dataSource).MigrateAsync(Cancel))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Says_what_a_reader_waits_for()
    {
        await using var dataSource = NpgsqlDataSource.Create(await postgres.CreateEmptyDatabaseAsync());

        Assert.Contains("no schema yet", await new Migrator(dataSource).MissingAsync(Cancel), StringComparison.Ordinal);
    }
}
