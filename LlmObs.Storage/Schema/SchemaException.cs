namespace LlmObs.Storage.Schema;

/// <summary>The database's schema and this build do not fit, and trying again will not help.</summary>
public sealed class SchemaException(string message) : Exception(message)
{
    internal static void ThrowIfEdited(Migration migration, byte[] appliedChecksum)
    {
        if (!migration.Checksum.AsSpan().SequenceEqual(appliedChecksum))
        {
            throw new SchemaException(
                $"Migration {migration.Name} was edited after it had been applied to this database. Undo the edit and add a new migration."
            );
        }
    }

    internal static void ThrowIfNewer(IEnumerable<string> unknown)
    {
        if (unknown.ToList() is { Count: > 0 } names)
        {
            throw new SchemaException(
                $"The database was migrated by a newer build ({string.Join(", ", names)}). Start that build, or restore a backup."
            );
        }
    }
}
