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
    private const int Around = 40;
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

    /// <summary>The statement from <see cref="Position"/> on, as far as its line and some characters go; null where no position is known.</summary>
    [JsonIgnore]
    public string? Pointed =>
        Sql is { } sql && Position is { } position && position >= 1 && position <= sql.Length
            ? sql[(position - 1)..Math.Min(sql.Length, position - 1 + Around)].Split('\n')[0].TrimEnd()
            : null;
}

/// <param name="Rule">One of <see cref="Domain.Evaluators.Sql.DataRules.Names"/>.</param>
/// <param name="Detail">What was found; null when it passed.</param>
public sealed record RuleScore(string? Rule, bool Passed, string? Detail);
