using LlmObs.Web.Search;

namespace LlmObs.Tests.Web.Search;

public sealed class FirstStepsTests
{
    [Fact]
    public void Every_guide_names_this_installation() =>
        Assert.All(
            FirstSteps.Guides("http://obs.example:4318", null),
            guide => Assert.Contains(guide.Steps, step => step.Snippet.Text.Contains("http://obs.example:4318", StringComparison.Ordinal))
        );

    [Fact]
    public void A_new_key_stands_in_what_is_pasted_both_halves_for_Langfuse()
    {
        var snippets = FirstSteps.ForNewKey("http://obs.example:4318", new("sk-lf-1", "pk-lf-1"), maySend: true);

        Assert.All(snippets, snippet => Assert.Contains("sk-lf-1", snippet.Text, StringComparison.Ordinal));
        Assert.Contains(snippets, snippet => snippet.Text.Contains("LANGFUSE_PUBLIC_KEY=pk-lf-1", StringComparison.Ordinal));
        Assert.Contains(
            "/api/v1/traces",
            Assert.Single(FirstSteps.ForNewKey("http://obs.example:4318", new("sk-lf-1", "pk-lf-1"), false)).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_guide_shows_where_the_key_goes_when_one_is_needed() =>
        Assert.All(
            FirstSteps.Guides("http://obs.example:4318", SnippetKey.StandIn),
            guide => Assert.Contains(guide.Steps, step => step.Snippet.Text.Contains("YOUR_API_KEY", StringComparison.Ordinal))
        );
}
