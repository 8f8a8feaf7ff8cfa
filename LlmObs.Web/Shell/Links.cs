using System.Globalization;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Web.Shell;

/// <summary>Addresses of the pages. The project is in every one but the default's.</summary>
public static class Links
{
    public static string Trace(Project project, string traceId, string? spanId = null) =>
        With(project, $"/traces/{Uri.EscapeDataString(traceId)}", ("span", spanId));

    public static string Search(Project project, params IEnumerable<(string Key, string? Value)> query) => With(project, "/", query);

    public static string System(Project project) => With(project, "/system");

    public static string Keys(Project project) => With(project, "/keys");

    public static string Key(Project project, Guid id) => With(project, $"/keys/{id}");

    /// <summary>A file that was taken out of a prompt.</summary>
    public static string Media(Project project, string mediaId) => With(project, $"/media/{Uri.EscapeDataString(mediaId)}");

    public static string Prices(Project project, string? model = null) => With(project, "/prices", ("model", model));

    public static string Redaction(Project project) => With(project, "/redaction");

    public static string Evaluators(Project project) => With(project, "/quality/evaluators");

    public static string NewEvaluator(Project project, EvaluatorKind kind) =>
        With(project, $"/quality/evaluators/new/{kind.ToString().ToLowerInvariant()}");

    /// <param name="version">Null for the newest.</param>
    /// <param name="low">Only what failed or scored low.</param>
    public static string Evaluator(Project project, string name, int? version = null, bool low = false) =>
        With(
            project,
            $"/quality/evaluators/{Uri.EscapeDataString(name)}",
            ("version", version?.ToString(CultureInfo.InvariantCulture)),
            ("low", low ? "true" : null)
        );

    public static string EditEvaluator(Project project, string name) => With(project, $"/quality/evaluators/{Uri.EscapeDataString(name)}/edit");

    public static string QualityJob(Project project, long id) => With(project, string.Create(CultureInfo.InvariantCulture, $"/quality/jobs/{id}"));

    private static string With(Project project, string path, params IEnumerable<(string Key, string? Value)> query)
    {
        var own = project.Name == Project.DefaultName ? null : project.Name;
        var pairs = query
            .Prepend(("project", own))
            .Where(pair => !string.IsNullOrEmpty(pair.Item2))
            .Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2));
        return QueryHelpers.AddQueryString(path, pairs);
    }
}
