using System.Text.Json;
using System.Text.Json.Serialization;
using LlmObs.Domain;

namespace LlmObs.Web.Pages.Scores;

/// <summary>What the SQL evaluator keeps in the metadata of its scores; members are null where a score of somebody else has none.</summary>
/// <param name="Code">The database's own code.</param>
/// <param name="Position">The character of the statement that the database points at, from 1.</param>
/// <param name="Rules">The rules that the result was held against.</param>
public sealed record SqlScore(
    string? Sql,
    string? Dialect,
    string? Stage,
    string? Code,
    int? Position,
    long? Rows,
    double? ElapsedMs,
    IReadOnlyList<RuleScore>? Rules
)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Null when it has another form: anybody may send scores.</summary>
    public static SqlScore? Read(JsonText metadata)
    {
        try
        {
            return metadata.IsNull || JsonSerializer.Deserialize<SqlScore>(metadata.Text!, Json) is not { } read
                ? null
                : read with
                {
                    Rules = read.Rules?.OfType<RuleScore>().ToList(),
                };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The line and column of <see cref="Position"/>, from 1; null where none is known.</summary>
    [JsonIgnore]
    public (int Line, int Column)? Place
    {
        get
        {
            if (Sql is not { } sql || Position is not { } position || position < 1 || position > sql.Length + 1)
            {
                return null;
            }

            var before = sql.AsSpan(0, position - 1);
            return (before.Count('\n') + 1, position - 1 - before.LastIndexOf('\n'));
        }
    }
}

/// <param name="Rule">One of <see cref="Domain.Evaluators.Sql.DataRules.Names"/>.</param>
/// <param name="Detail">What was found; null when it passed.</param>
public sealed record RuleScore(string? Rule, bool Passed, string? Detail);
