using LlmObs.Api;
using LlmObs.Sls;
using LlmObs.Storage;
using LlmObs.Storage.Reading;
using LlmObs.TraceLog;
using LlmObs.Web.Formatting;
using Microsoft.Extensions.Localization;

namespace LlmObs.Web.Search;

/// <summary>A field to go on with.</summary>
/// <param name="Insert">What takes the place of what was typed.</param>
public sealed record FieldSuggestion(SpanField Field, string Insert);

/// <summary>A value that was seen in this range; of a score, among its newest.</summary>
public sealed record ValueSuggestion(string Value, long Count, string Insert);

/// <param name="Caret">What the suggestions replace.</param>
/// <param name="Field">The field whose values were looked up; null when none was.</param>
/// <param name="Fault">Why the rest of the line cannot be searched; null when it can.</param>
public sealed record Suggestions(
    QueryCaret Caret,
    IReadOnlyList<FieldSuggestion> Fields,
    string? Field,
    IReadOnlyList<ValueSuggestion> Values,
    QueryException? Fault
);

/// <summary>What may come next in the query line: fields, and values that occur among what the rest of the line finds.</summary>
public sealed partial class SuggestionReader(
    SpanSearch search,
    ScoreLookup lookup,
    ScoreReader scores,
    IStringLocalizer<Words> words,
    ILogger<SuggestionReader> logger
)
{
    private const int MostFields = 8;
    private const int MostValues = 8;
    private const int MostNamed = 50;
    private const int MostScores = 200;

    // What a score says may be a whole text.
    private const int LongestValue = 200;

    // One letter fits half of all fields: no reason yet to ask SLS for values.
    private const int EnoughLetters = 2;

    /// <exception cref="SlsException">SLS is away: there are no values.</exception>
    public async Task<Suggestions> ReadAsync(int projectId, SpanQuery query, int at, CancellationToken cancellationToken)
    {
        var caret = QueryCaret.Of(query.Text, at);
        var fault = FaultOf(caret.Rest) ?? (caret.Field is { } written ? FaultOf(QueryText.Condition(written, "1")) : null);
        if (ScoreName.Of(caret.Field) is { } score)
        {
            return new(caret, [], caret.Field, await ScoreValuesAsync(projectId, score, caret, cancellationToken), fault);
        }

        IReadOnlyList<FieldSuggestion> fields = caret.Field is null
            ? [.. FieldsFor(caret.Typed), .. await ScoresAsync(projectId, caret.Typed, cancellationToken)]
            : [];
        var field =
            caret.Field is { } named ? SpanField.Find(named)
            : caret.Typed.Length >= EnoughLetters ? fields.Select(suggestion => suggestion.Field).FirstOrDefault(one => one.HasFacet)
            : null;
        if (field is not { HasFacet: true })
        {
            return new(caret, fields, null, [], fault);
        }

        var among = await lookup.ReadyAsync(projectId, query with { Text = fault is null ? caret.Rest : "" }, cancellationToken);
        var values = await ValuesAsync(among, field.Name, caret.Field is null ? "" : caret.Typed, cancellationToken);
        return new(
            caret,
            fields,
            field.Name,
            [.. values.Select(value => new ValueSuggestion(value.Value, value.Count, Inserted(field.Name, value.Value, caret)))],
            fault
        );
    }

    // What has a name in the reader's language is found by that as well: there are few such values, so all are looked at.
    private async Task<IEnumerable<FacetValue>> ValuesAsync(SpanQuery among, string field, string typed, CancellationToken cancellationToken)
    {
        if (field is not ("kind" or "status"))
        {
            return await search.FacetAsync(among, field, MostValues, cancellationToken, typed);
        }

        var values = await search.FacetAsync(among, field, MostNamed, cancellationToken);
        return values.Where(value => Holds(value.Value) || Holds(words.Shown(field, value.Value))).Take(MostValues);

        bool Holds(string text) => text.Contains(typed, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Fields whose name begins with what was typed, then those that hold it, each in the order of the list.</summary>
    public static IReadOnlyList<FieldSuggestion> FieldsFor(string typed) =>
        [
            .. SpanField
                .All.Where(field => field.Name.Contains(typed, StringComparison.OrdinalIgnoreCase))
                .OrderBy(field => !field.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Take(MostFields)
                .Select(field => new FieldSuggestion(
                    field,
                    field.Name + (field.Type is SpanFieldType.Number or SpanFieldType.Duration ? " > " : ": ")
                )),
        ];

    private async Task<IEnumerable<FieldSuggestion>> ScoresAsync(int projectId, string typed, CancellationToken cancellationToken)
    {
        if (typed.Length < EnoughLetters)
        {
            return [];
        }

        try
        {
            var names = await scores.NamesAsync(projectId, MostScores, cancellationToken);
            return names
                .Select(ScoreName.Field)
                .Where(field => field.Contains(typed, StringComparison.OrdinalIgnoreCase))
                .Take(MostFields)
                .Select(field => new FieldSuggestion(new(field, SpanFieldType.Score), QueryText.Quote(field) + ": "));
        }
        catch (StorageUnavailableException exception)
        {
            Log.NoScores(logger, exception);
            return [];
        }
    }

    private async Task<IReadOnlyList<ValueSuggestion>> ScoreValuesAsync(
        int projectId,
        string name,
        QueryCaret caret,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var values = await scores.ValuesAsync(projectId, name, cancellationToken);
            return
            [
                .. values
                    .Select(value => (Text: ScoreName.Value(value.Type, value.Value, value.Label) ?? "", value.Count))
                    .Where(value =>
                        value.Text.Contains(caret.Typed, StringComparison.OrdinalIgnoreCase) && value.Text.Length is > 0 and <= LongestValue
                    )
                    .Take(MostValues)
                    .Select(value => new ValueSuggestion(value.Text, value.Count, Inserted(caret.Field!, value.Text, caret))),
            ];
        }
        catch (StorageUnavailableException exception)
        {
            Log.NoScores(logger, exception);
            return [];
        }
    }

    private static string Inserted(string field, string value, QueryCaret caret) =>
        (caret.Field is null ? QueryText.Condition(field, value) : QueryText.Quote(value)) + " ";

    private static QueryException? FaultOf(string line)
    {
        try
        {
            QueryLine.Parse(line);
            return null;
        }
        catch (QueryException exception)
        {
            return exception;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "PostgreSQL did not say what scores there are")]
        public static partial void NoScores(ILogger logger, Exception exception);
    }
}
