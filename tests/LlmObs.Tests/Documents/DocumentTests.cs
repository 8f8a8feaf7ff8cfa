using System.Reflection;
using System.Text.RegularExpressions;

namespace LlmObs.Tests.Documents;

/// <summary>Documents that cannot fall behind.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Services =
    [
        "LlmObs.Ingest",
        "LlmObs.Quality",
        "LlmObs.Web",
        "LlmObs.Sls.Emulator",
        "LlmObs.SqlCopilot",
        "LlmObs.Storage",
        "LlmObs.TraceLog",
    ];

    [Fact]
    public void Every_option_stands_in_the_configuration_document()
    {
        var document = File.ReadAllText(Path.Combine(Repository.Root, "docs/configuration.md"));
        var options = Services
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type =>
                SectionOf(type) is { } section
                    ? type.GetProperties().Where(property => property.CanWrite).Select(property => $"{section}:{property.Name}")
                    : []
            )
            .ToList();

        Assert.NotEmpty(options);
        Assert.All(options, option => Assert.Contains($"`{option}`", document, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var dead =
            from file in Repository.Files("*.md")
            where !Repository.Relative(file).StartsWith("LlmObs.Web/wwwroot/lib/", StringComparison.Ordinal)
            from Match match in Link().Matches(File.ReadAllText(file))
            let target = match.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target))
            select $"{Repository.Relative(file)} → {target}";

        Assert.Empty(dead);
    }

    private static string? SectionOf(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .FirstOrDefault(field => field is { IsLiteral: true, Name: "Section" or "SectionName" })
            ?.GetRawConstantValue() as string;

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
