using System.Globalization;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Traces;
using Microsoft.AspNetCore.WebUtilities;
using static System.FormattableString;

namespace LlmObs.Web.Shell;

/// <summary>Addresses of the pages. The project is in every one but the default's.</summary>
public static class Links
{
    public static string Trace(Project project, string traceId, string? spanId = null) =>
        With(project, $"/traces/{Uri.EscapeDataString(traceId)}", ("span", spanId));

    /// <summary>A whole request, by its id or that of one of its traces.</summary>
    public static string Request(Project project, string requestId, string? traceId = null, string? spanId = null) =>
        With(project, $"/requests/{Uri.EscapeDataString(requestId)}", ("trace", traceId), ("span", spanId));

    /// <summary>Two traces side by side, and the two steps of them whose values are shown; with one trace the choice of the other.</summary>
    /// <param name="whole">The requests they belong to, with all their traces.</param>
    public static string Compare(
        Project project,
        string left,
        string? right = null,
        SpanRef? leftStep = null,
        SpanRef? rightStep = null,
        bool whole = false
    ) =>
        With(
            project,
            "/compare",
            ("left", left),
            ("right", right),
            ("whole", whole ? "true" : null),
            ("a", leftStep?.SpanId),
            ("b", rightStep?.SpanId),
            ("aTrace", whole ? leftStep?.TraceId : null),
            ("bTrace", whole ? rightStep?.TraceId : null)
        );

    public static string Search(Project project, params IEnumerable<(string Key, string? Value)> query) => With(project, "/", query);

    /// <summary>A part of the search page, or what is made of its rows: <c>/search/…</c>.</summary>
    public static string Search(Project project, IEnumerable<(string Key, string? Value)> query, string path) => With(project, path, query);

    /// <summary>A search for the spans that have a value.</summary>
    /// <param name="range">How far back; null for as far as a search looks by itself.</param>
    public static string With(Project project, string field, string value, string? range = null) =>
        With(project, "/search/with", ("field", field), ("value", value), ("how", "include"), ("range", range));

    /// <param name="skip">Turns before the first one shown.</param>
    public static string Session(Project project, string sessionId, int skip = 0) =>
        With(project, $"/sessions/{Uri.EscapeDataString(sessionId)}", ("skip", skip == 0 ? null : skip.ToString(CultureInfo.InvariantCulture)));

    public static string User(Project project, string userId) => With(project, $"/users/{Uri.EscapeDataString(userId)}");

    public static string Jump(Project project) => With(project, "/jump");

    public static string JumpList(Project project) => With(project, "/jump", ("handler", "List"));

    public static string SavedViews(Project project) => With(project, "/views");

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

    public static string Labels(Project project) => With(project, "/labels");

    public static string NewLabelSet(Project project) => With(project, "/labels/sets/new");

    /// <param name="query">What to fill it with, as the search page names it: <c>q</c>, <c>range</c>, …</param>
    public static string NewLabelQueue(Project project, params IEnumerable<(string Key, string? Value)> query) =>
        With(project, "/labels/queues/new", query);

    public static string LabelQueue(Project project, int id, string? state = null, int after = 0) =>
        With(project, Invariant($"/labels/queues/{id}"), ("state", state), ("after", after == 0 ? null : Invariant($"{after}")));

    public static string LabelItem(Project project, int queueId, long itemId, bool toDecide = false) =>
        With(project, Invariant($"/labels/queues/{queueId}/items/{itemId}"), ("decide", toDecide ? "true" : null));

    /// <param name="format"><c>csv</c> or <c>xlsx</c> for the file itself.</param>
    public static string LabelFiles(Project project, int queueId, string? format = null) =>
        With(project, Invariant($"/labels/queues/{queueId}/files"), ("handler", format is null ? null : "Download"), ("format", format));

    public static string LabelTable(Project project, int queueId, string? handler = null) =>
        With(project, Invariant($"/labels/queues/{queueId}/table"), ("handler", handler));

    public static string Cases(Project project, params IEnumerable<(string Key, string? Value)> query) => With(project, "/cases", query);

    public static string Case(Project project, long id) => With(project, Invariant($"/cases/{id}"));

    /// <summary>The questions of a case as JSON lines.</summary>
    public static string CaseQuestions(Project project, long id) => With(project, Invariant($"/cases/{id}/regression"));

    /// <param name="from">What made somebody look: <c>trace</c>, <c>score</c>, <c>feedback</c> or <c>label</c>.</param>
    /// <param name="scoreId">Of the score that did; null when none did.</param>
    public static string NewCase(Project project, string traceId, string? spanId, string from, string? scoreId = null) =>
        With(project, "/cases/new", ("trace", traceId), ("span", spanId), ("from", from), ("score", scoreId));

    /// <summary>Judgements by name and value.</summary>
    public static string Scores(Project project, params IEnumerable<(string Key, string? Value)> query) => With(project, "/scores/all", query);

    /// <summary>Judgements of the same name that say the same; with <c>how=exclude</c> added, those that say something else.</summary>
    public static string ScoresLike(Project project, Score score)
    {
        var number = score.Type is ScoreType.Numeric or ScoreType.Boolean ? score.Value?.ToString(CultureInfo.InvariantCulture) : null;
        return Scores(project, ("name", score.Name), ("atLeast", number), ("atMost", number), ("label", number is null ? score.Label : null));
    }

    /// <summary>One judgement, with everything that was said in it.</summary>
    public static string Score(Project project, string id) => With(project, "/scores", ("id", id));

    /// <summary>Where somebody says who they are, before they go on.</summary>
    public static string Name(Project project, string to) => With(project, "/name", ("to", to));

    public static string Quality(Project project, params IEnumerable<(string Key, string? Value)> query) => With(project, "/quality", query);

    /// <summary>The requests behind a number of the quality page.</summary>
    public static string QualityRequests(Project project, params IEnumerable<(string Key, string? Value)> query) =>
        With(project, "/quality/requests", query);

    public static string QualityReport(Project project, params IEnumerable<(string Key, string? Value)> query) =>
        With(project, "/quality/report", query);

    public static string QualityDefinitions(Project project, string? measure = null) =>
        With(project, "/quality/definitions") + (measure is null ? "" : "#" + measure);

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
