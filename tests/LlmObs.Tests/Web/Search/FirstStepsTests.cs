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
    public void Every_guide_shows_where_the_key_goes_when_one_is_needed() =>
        Assert.All(
            FirstSteps.Guides("http://obs.example:4318", "YOUR_API_KEY"),
            guide => Assert.Contains(guide.Steps, step => step.Snippet.Text.Contains("YOUR_API_KEY", StringComparison.Ordinal))
        );
}
