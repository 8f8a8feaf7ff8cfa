using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Storage.Schema;

/// <summary>One file of <c>Migrations/</c>, as it was built into this assembly.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>All of them, in order of their numbers.</summary>
    public static IReadOnlyList<Migration> All { get; } = [.. Load().OrderBy(migration => migration.Number)];

    /// <summary>Over the text without carriage returns, so that a Windows checkout is no edit.</summary>
    public byte[] Checksum => SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n")));

    private static IEnumerable<Migration> Load()
    {
        var assembly = typeof(Migration).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.Length > 5 && name[..4].All(char.IsAsciiDigit) && name[4] == '_'))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            yield return new(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
        }
    }
}
