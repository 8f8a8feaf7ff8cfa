using System.Text.RegularExpressions;
using LlmObs.Tests.Documents;

namespace LlmObs.Tests.Web.Shell;

public sealed partial class IconsTests
{
    private static readonly string Pages = Path.Combine(Repository.Root, "LlmObs.Web", "Pages");

    [Fact]
    public void Every_icon_that_a_page_names_is_drawn()
    {
        var drawn = Drawn()
            .Matches(File.ReadAllText(Path.Combine(Pages, "Shared", "_Icons.cshtml")))
            .Select(icon => icon.Groups[1].Value)
            .ToHashSet();
        var named = Directory
            .EnumerateFiles(Pages, "*.cshtml", SearchOption.AllDirectories)
            .SelectMany(file => Named().Matches(File.ReadAllText(file)))
            .Select(icon => icon.Groups[1].Value)
            .Distinct()
            .ToList();

        Assert.NotEmpty(named);
        Assert.Subset(drawn, named.ToHashSet());
    }

    [GeneratedRegex("<symbol id=\"i-([a-z-]+)\"")]
    private static partial Regex Drawn();

    [GeneratedRegex("<icon name=\"([a-z-]+)\"")]
    private static partial Regex Named();
}
