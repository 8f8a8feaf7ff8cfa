using System.Xml.Linq;

namespace LlmObs.Tests.Documents;

/// <summary>Nothing below knows anything above; see docs/architecture.md.</summary>
public sealed class LayoutTests
{
    private static readonly Dictionary<string, string[]> Design = new()
    {
        ["LlmObs.Domain"] = [],
        ["LlmObs.Sls"] = [],
        ["LlmObs.ServiceDefaults"] = [],
        ["LlmObs.LocalHost"] = [],
        ["LlmObs.Storage"] = ["LlmObs.Domain"],
        ["LlmObs.TraceLog"] = ["LlmObs.Domain", "LlmObs.Sls"],
        ["LlmObs.Api"] = ["LlmObs.Storage", "LlmObs.TraceLog"],
        ["LlmObs.Sls.Emulator"] = ["LlmObs.ServiceDefaults"],
        ["LlmObs.Ingest"] = ["LlmObs.Api", "LlmObs.ServiceDefaults", "LlmObs.Storage", "LlmObs.TraceLog"],
        ["LlmObs.Web"] = ["LlmObs.Api", "LlmObs.ServiceDefaults", "LlmObs.Storage", "LlmObs.TraceLog"],
        ["LlmObs.Quality"] = ["LlmObs.ServiceDefaults", "LlmObs.Storage", "LlmObs.TraceLog"],
        ["LlmObs.SqlCopilot"] = ["LlmObs.ServiceDefaults"],
        ["LlmObs.AppHost"] = ["LlmObs.Ingest", "LlmObs.Quality", "LlmObs.Sls.Emulator", "LlmObs.SqlCopilot", "LlmObs.Web"],
    };

    [Fact]
    public void Projects_reference_what_the_design_says_and_nothing_else()
    {
        var actual = Repository
            .Files("*.csproj")
            .Where(file =>
                !Repository.Relative(file).StartsWith("tests/", StringComparison.Ordinal)
                && !Repository.Relative(file).StartsWith("bench/", StringComparison.Ordinal)
            )
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), References);

        Assert.Equal(Design.Keys.Order(), actual.Keys.Order());
        Assert.All(Design, design => Assert.Equal(design.Value.Order(), actual[design.Key]));
    }

    private static readonly string[] OutsideTheProduct = ["tests/", "samples/", "bench/"];

    [Fact]
    public void Only_storage_can_open_a_connection()
    {
        var visible = Repository
            .Files("*.csproj")
            .Where(file => !OutsideTheProduct.Any(folder => Repository.Relative(file).StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(file =>
                XDocument
                    .Load(file)
                    .Descendants("PackageReference")
                    .Select(package =>
                        (
                            File: Repository.Relative(file),
                            Name: (string?)package.Attribute("Include") ?? "",
                            Assets: (string?)package.Attribute("PrivateAssets")
                        )
                    )
            )
            .Where(package => package.Name.Contains("Npgsql", StringComparison.Ordinal) || package.Name == "Dapper")
            .Where(package => package.Assets != "compile");

        Assert.Empty(visible);
    }

    private static IEnumerable<string> References(string file) =>
        [
            .. XDocument
                .Load(file)
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')))
                .Order(),
        ];
}
