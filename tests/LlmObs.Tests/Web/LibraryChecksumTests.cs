using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace LlmObs.Tests.Web;

public sealed partial class LibraryChecksumTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "weblib");

    [Fact]
    public void Every_library_file_is_the_one_that_was_reviewed()
    {
        var stated = Row()
            .Matches(File.ReadAllText(Path.Combine(Folder, "README.md")))
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        var there = Directory
            .EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .ToDictionary(
                file => Path.GetRelativePath(Folder, file).Replace('\\', '/'),
                file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))
            );
        there.Remove("README.md");

        Assert.NotEmpty(there);
        Assert.Equal(stated.OrderBy(pair => pair.Key, StringComparer.Ordinal), there.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([^`]+)` \| `([0-9a-f]{64})` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
