using LlmObs.Domain.Quality;
using LlmObs.Web.Quality;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Pages.Quality;

/// <summary>How each number of the quality pages comes about, with the weights and goals in force.</summary>
public sealed class DefinitionsModel(IOptions<SatisfactionWeights> weights, OverviewReader reader) : PageModel
{
    public SatisfactionWeights Weights => weights.Value;

    public double? GoalOf(Measure measure) => reader.GoalOf(measure);
}
