using System.Text.RegularExpressions;
using System.Xml.Linq;
using LlmObs.Domain.Evaluators.Rules;
using LlmObs.Domain.Spans;
using LlmObs.Web.Formatting;
using LlmObs.Web.Pages.Evaluators;
using LlmObs.Web.Pages.Traces;
using LlmObs.Web.Rendering;
using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Shell;

/// <summary>The texts of the pages are the keys of their translations: what a view says has to be in the .resx beside it.</summary>
public sealed partial class TranslationsTests
{
    private static readonly string Web = Path.Combine(Root(), "LlmObs.Web");

    [Fact]
    public void Every_text_of_a_view_is_translated()
    {
        var missing =
            from view in Directory.EnumerateFiles(Path.Combine(Web, "Pages"), "*.cshtml", SearchOption.AllDirectories)
            let relative = Path.GetRelativePath(Web, view)
            let known = Keys(relative[..^".cshtml".Length])
            from key in Texts(File.ReadAllText(view))
            where !known.Contains(key)
            select $"{relative}: {key}";

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_shared_word_is_translated()
    {
        var known = Keys(Path.Combine("Formatting", "Words"));

        Assert.All(Enum.GetValues<SpanKind>(), kind => Assert.Contains(KindLook.Of(kind).Name, known));
    }

    [Fact]
    public void Every_form_of_a_value_is_translated()
    {
        var known = Keys(Path.Combine("Pages", "Traces", "_ValueTools"));

        Assert.All(Enum.GetValues<TextFormat>(), format => Assert.Contains(ValueForms.Name(format), known));
    }

    [Fact]
    public void Every_title_of_the_first_steps_is_translated()
    {
        var known = Keys(Path.Combine("Pages", "Search", "_NothingYet"));

        Assert.All(FirstSteps.Guides("http://localhost:4318", null).SelectMany(guide => guide.Steps), step => Assert.Contains(step.Title, known));
    }

    [Fact]
    public void Every_rule_of_an_evaluator_is_named_and_translated()
    {
        var known = Keys(Path.Combine("Pages", "Evaluators", "_RuleFields"));

        Assert.All(AnswerRules.Names, rule => Assert.Contains(RuleTexts.Of(rule), known));
        Assert.All(
            LlmObs.Web.Pages.Evaluators.DetailsModel.Windows,
            window => Assert.Contains(window.Text, Keys(Path.Combine("Pages", "Evaluators", "_Run")))
        );
    }

    [Fact]
    public void A_translation_takes_the_same_arguments_as_the_text()
    {
        var differing =
            from file in Directory.EnumerateFiles(Path.Combine(Web, "Resources"), "*.resx", SearchOption.AllDirectories)
            from data in XDocument.Load(file).Root!.Elements("data")
            let key = data.Attribute("name")!.Value
            where !Arguments(key).SetEquals(Arguments(data.Element("value")!.Value))
            select $"{Path.GetFileName(file)}: {key}";

        Assert.Empty(differing);
    }

    // The resource compiler takes "Spans" and "spans" for one name and drops the second.
    [Fact]
    public void No_two_texts_of_a_view_differ_in_case_alone() =>
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Web, "Resources"), "*.resx", SearchOption.AllDirectories),
            file =>
                Assert.Empty(
                    XDocument
                        .Load(file)
                        .Root!.Elements("data")
                        .GroupBy(data => data.Attribute("name")!.Value, StringComparer.OrdinalIgnoreCase)
                        .Where(group => group.Count() > 1)
                        .Select(group => group.Key)
                )
        );

    // L["…"], and both branches of L[condition ? "…" : "…"]; keys put together from parts are left to the eye.
    private static IEnumerable<string> Texts(string view) =>
        from call in Call().Matches(view)
        let argument = call.Groups[1].Value
        where !argument.Contains("\" +", StringComparison.Ordinal)
        from literal in Choice().Match(argument) is { Success: true } choice ? (string[])[choice.Groups[1].Value, choice.Groups[2].Value]
        : Literal().Match(argument) is { Success: true } one ? [one.Groups[1].Value]
        : []
        select literal;

    private static HashSet<string> Keys(string name)
    {
        var file = Path.Combine(Web, "Resources", name + ".zh.resx");
        return File.Exists(file) ? [.. XDocument.Load(file).Root!.Elements("data").Select(data => data.Attribute("name")!.Value)] : [];
    }

    private static HashSet<string> Arguments(string text) => [.. Argument().Matches(text).Select(match => match.Value)];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "LlmObs.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("""(?<![\w.])(?:@|\()?L(?:\[|\.GetString\()((?:[^\[\]"]|"[^"]*")*)[\])]""")]
    private static partial Regex Call();

    [GeneratedRegex("""\? "([^"]*)" : "([^"]*)"(?:,|$)""")]
    private static partial Regex Choice();

    [GeneratedRegex("""^"([^"]*)"(?:,|$)""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Argument();
}
