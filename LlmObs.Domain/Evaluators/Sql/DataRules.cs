using System.Globalization;
using System.Text.RegularExpressions;

namespace LlmObs.Domain.Evaluators.Sql;

/// <summary>Which rules a result is held against.</summary>
/// <param name="Off">Names of rules that are not asked; see <see cref="DataRules.Names"/>.</param>
/// <param name="MostPlausible">The greatest number, either sign, that a value may be.</param>
public sealed record DataRuleSettings(IReadOnlyList<string> Off, double MostPlausible = 1e12)
{
    public DataRuleSettings()
        : this([]) { }
}

/// <param name="Detail">What was found, in a few words; null when it passed.</param>
public sealed record DataRuleResult(string Rule, bool Passed, string? Detail);

/// <summary>Whether the result of a statement that ran means something. Only rules that the question and the result give a reason to ask are in the answer.</summary>
public static partial class DataRules
{
    public const string NotEmpty = "not_empty";
    public const string NotAllNull = "not_all_null";
    public const string Varied = "varied";
    public const string NeededColumns = "needed_columns";
    public const string Magnitude = "plausible_magnitude";

    public static readonly IReadOnlyList<string> Names = [NotEmpty, NotAllNull, Varied, NeededColumns, Magnitude];

    /// <param name="question">What was asked, in Chinese or English; null when it is not known.</param>
    public static IReadOnlyList<DataRuleResult> Check(SqlTable table, string? question, DataRuleSettings settings) =>
        [
            .. (
                (IEnumerable<DataRuleResult?>)
                    [
                        Empty(table),
                        AllNull(table),
                        Constant(table, question ?? ""),
                        Missing(table, question ?? ""),
                        Implausible(table, settings.MostPlausible),
                    ]
            )
                .OfType<DataRuleResult>()
                .Where(result => !settings.Off.Contains(result.Rule)),
        ];

    private static DataRuleResult Empty(SqlTable table) => Result(NotEmpty, table.Rows.Count == 0 ? "no rows" : null);

    private static DataRuleResult? AllNull(SqlTable table) =>
        table.Rows.Count == 0 ? null : Result(NotAllNull, table.Rows.All(row => row.All(value => value is null)) ? "every value is NULL" : null);

    /// <summary>A question by day, by shop, or for a ranking, whose numbers are all the same.</summary>
    private static DataRuleResult? Constant(SqlTable table, string question)
    {
        var numbers = Columns(table, SqlColumnType.Number);
        return table.Rows.Count < 3 || numbers.Count == 0 || !AsksForVariety().IsMatch(question)
            ? null
            : Result(
                Varied,
                numbers.All(column => table.Rows.Select(row => row[column]).Distinct(StringComparer.Ordinal).Count() == 1)
                    ? $"all {table.Rows.Count} rows have the same numbers"
                    : null
            );
    }

    private static DataRuleResult? Missing(SqlTable table, string question)
    {
        var lacks = new List<string>();
        if (AsksForTime().IsMatch(question) && !table.Columns.Any(column => column.Type == SqlColumnType.Time || TimeName().IsMatch(column.Name)))
        {
            lacks.Add("no column of days or times");
        }

        if (AsksForNumber().IsMatch(question) && Columns(table, SqlColumnType.Number).Count == 0)
        {
            lacks.Add("no column of numbers");
        }

        if (AsksForName().IsMatch(question) && Columns(table, SqlColumnType.Text).Count == 0)
        {
            lacks.Add("no column of names");
        }

        return AsksForTime().IsMatch(question) || AsksForNumber().IsMatch(question) || AsksForName().IsMatch(question)
            ? Result(NeededColumns, lacks.Count == 0 ? null : string.Join(", ", lacks))
            : null;
    }

    private static DataRuleResult? Implausible(SqlTable table, double most)
    {
        var numbers = Columns(table, SqlColumnType.Number);
        return table.Rows.Count == 0 || numbers.Count == 0
            ? null
            : Result(
                Magnitude,
                numbers
                    .SelectMany(column => table.Rows.Select(row => Oddity(table.Columns[column].Name, row[column], most)))
                    .FirstOrDefault(oddity => oddity is not null)
            );
    }

    private static string? Oddity(string column, string? value, double most)
    {
        if (value is null || !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return !double.IsFinite(number) || Math.Abs(number) > most ? $"{column} = {value}"
            : number < 0 && CountName().IsMatch(column) ? $"{column} = {value}, a count below zero"
            : number is < -100 or > 100 && ShareName().IsMatch(column) ? $"{column} = {value}, a share beyond 100"
            : null;
    }

    private static List<int> Columns(SqlTable table, SqlColumnType type) =>
        [.. Enumerable.Range(0, table.Columns.Count).Where(index => table.Columns[index].Type == type)];

    private static DataRuleResult Result(string rule, string? fault) => new(rule, fault is null, fault);

    private const RegexOptions Anyhow = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"各|每|分别|排名|排行|趋势|对比|\bby\b|\bper\b|\beach\b|\btrends?\b|\brank|\bdaily\b|\bcompare", Anyhow)]
    private static partial Regex AsksForVariety();

    [GeneratedRegex(
        @"趋势|每天|每日|每周|每月|逐日|逐月|\btrends?\b|\bdaily\b|\bweekly\b|\bmonthly\b|\bper (?:day|week|month)\b|\bby (?:day|week|month|date)\b",
        Anyhow
    )]
    private static partial Regex AsksForTime();

    [GeneratedRegex(@"多少|几个|总额|合计|平均|占比|比例|[率额量数]是|\bhow (?:many|much)\b|\btotal\b|\baverage\b|\bshare of\b|\bpercent", Anyhow)]
    private static partial Regex AsksForNumber();

    [GeneratedRegex(@"哪家|哪些|哪个|哪种|谁|\bwho\b|\bwhich (?!day|date|month|week|year|hour)", Anyhow)]
    private static partial Regex AsksForName();

    [GeneratedRegex(@"day|date|time|week|month|year|hour|日|周|月|年|时", Anyhow)]
    private static partial Regex TimeName();

    [GeneratedRegex(@"(?:^|_)(?:count|cnt|orders?|units?|quantity|qty|users?|members?|num)(?:$|_)|数量?$|人数|单数", Anyhow)]
    private static partial Regex CountName();

    [GeneratedRegex(@"(?:^|_)(?:pct|percent|percentage|share)(?:$|_)|占比", Anyhow)]
    private static partial Regex ShareName();
}
