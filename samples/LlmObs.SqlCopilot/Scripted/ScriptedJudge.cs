using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>The scripted model as a judge. It compares parts of questions, figures and words with one another, and knows nothing else.</summary>
internal static partial class ScriptedJudge
{
    /// <summary>Its reply as JSON; null when nothing is there to be judged.</summary>
    public static string? Reply(string text) =>
        (
            Tagged(text, "question"),
            Tagged(text, "answer"),
            Tagged(text, "context"),
            Tagged(text, "sql"),
            Tagged(text, "first"),
            Tagged(text, "second")
        ) switch
        {
            (_, _, _, _, { } first, { } second) => Same(first, second, Tagged(text, "earlier")),
            (_, { } answer, _, { } sql, _, _) => Back(sql, answer),
            ({ } question, { } answer, { } context, _, _, _) => Faithful(question, answer, context),
            ({ } question, { } answer, _, _, _, _) => Relevant(question, answer),
            _ => null,
        };

    /// <summary>The question that a statement answers, read off its columns, conditions and limit.</summary>
    internal static ScriptedQuestion Read(string sql, bool isChinese)
    {
        string[] aliases = [.. Alias().Matches(sql).Select(match => match.Groups[1].Value)];
        string? Named(params string[] names) => names.FirstOrDefault(aliases.Contains);
        return new(
            Metric: aliases.Contains("bought_with")
                ? "bought_together"
                : Named("refund_rate", "refund_amount", "new_members", "aov", "gmv", "units", "orders"),
            By: aliases.Contains("bought_with") ? null : Named("store", "city", "channel", "category", "product", "day", "month"),
            City: Value(sql, "city"),
            Category: Value(sql, "category"),
            Channel: Value(sql, "code"),
            Time: TimeOf(sql),
            Top: Limit().Match(sql) is { Success: true } limit ? int.Parse(limit.Groups[1].Value, CultureInfo.InvariantCulture) : null,
            isChinese
        );
    }

    private static string Back(string sql, string answer) =>
        JsonSerializer.Serialize(new { question = Read(sql, Conversations.IsChinese(answer)).Say() }, Spans.Json);

    private static string Same(string first, string second, string? earlier)
    {
        // A follow-up names no measure: what it leaves out was asked before.
        var asked = (earlier?.Split('\n') ?? [])
            .Append(second)
            .Select(ScriptedQuestion.Parse)
            .Aggregate((before, next) => next.Metric is null ? next.FollowUp(before) : next);
        var (a, b) = (Parts(ScriptedQuestion.Parse(first)), Parts(asked));
        var all = a.Keys.Union(b.Keys).Order(StringComparer.Ordinal).ToList();
        var other = all.Where(part => a.GetValueOrDefault(part) != b.GetValueOrDefault(part)).ToList();
        return Verdict(
            all.Count == 0 ? 0 : 1 - (double)other.Count / all.Count,
            Conversations.IsChinese(second),
            other.Count == 0 ? ("各部分都相同", "every part is the same") : ($"不同之处：{Listed(other)}", $"they differ in: {Listed(other)}")
        );
    }

    private static string Relevant(string question, string answer)
    {
        var (asked, told) = (Parts(ScriptedQuestion.Parse(question)), Parts(ScriptedQuestion.Parse(answer)));
        var missing = asked.Where(part => told.GetValueOrDefault(part.Key) != part.Value).Select(part => part.Key).ToList();
        var share = asked.Count == 0 ? Shared(question, answer) : 1 - (double)missing.Count / asked.Count;
        // An answer without a figure has not answered what is to be counted.
        var hasFigure = Figures(answer).Count > 0;
        return Verdict(
            hasFigure ? share : share / 2,
            Conversations.IsChinese(question),
            (hasFigure, missing.Count) switch
            {
                (false, _) => ("回答里没有数字", "the answer has no figure"),
                (_, 0) => ("问到的各部分都有", "every part that was asked for is there"),
                _ => ($"没有回应：{Listed(missing)}", $"not answered: {Listed(missing)}"),
            }
        );
    }

    private static string Faithful(string question, string answer, string context)
    {
        var (told, known) = (Figures(answer), Figures(context + question));
        var invented = told.Where(figure => !known.Contains(figure)).ToList();
        return Verdict(
            told.Count == 0 ? Shared(answer, context) : 1 - (double)invented.Count / told.Count,
            Conversations.IsChinese(question),
            invented.Count == 0
                ? ("数字都能在来源里找到", "every figure is in the sources")
                : ($"来源里没有：{Listed(invented)}", $"not in the sources: {Listed(invented)}")
        );
    }

    private static string Verdict(double score, bool isChinese, (string Zh, string En) reason) =>
        JsonSerializer.Serialize(new { score = Math.Round(score, 2), reason = isChinese ? reason.Zh : reason.En }, Spans.Json);

    /// <summary>What a question asks for, part by part; a time that is not said is the last 30 days.</summary>
    private static Dictionary<string, string> Parts(ScriptedQuestion question)
    {
        var parts = new (string Name, string? Value)[]
        {
            ("metric", question.Metric),
            ("by", question.By),
            ("city", question.City),
            ("category", question.Category),
            ("channel", question.Channel),
            ("time", question.Metric is null or "bought_together" ? question.Time : question.Time ?? "last_30_days"),
            ("top", question.Top?.ToString(CultureInfo.InvariantCulture)),
        };
        return parts.Where(part => part.Value is not null).ToDictionary(part => part.Name, part => part.Value!);
    }

    private static string? TimeOf(string sql) =>
        Days().Match(sql) is { Success: true } days
            ? days.Groups[1].Value switch
            {
                "1" => "yesterday",
                var count => $"last_{count}_days",
            }
        : sql.Contains("interval '1 month'", StringComparison.Ordinal) ? "last_month"
        : sql.Contains("date_trunc('month', current_date)", StringComparison.Ordinal) ? "this_month"
        : sql.Contains(">= current_date", StringComparison.Ordinal) ? "today"
        : "all";

    private static string? Value(string sql, string column) =>
        Regex.Match(sql, $@"\b{column} = '([^']+)'", RegexOptions.CultureInvariant) is { Success: true } match ? match.Groups[1].Value : null;

    private static HashSet<string> Figures(string text) =>
        [.. Figure().Matches(text).Select(match => match.Value.Replace(",", "", StringComparison.Ordinal))];

    /// <summary>The share of one text's pairs of characters that the other has, too.</summary>
    private static double Shared(string text, string other)
    {
        static HashSet<string> Pairs(string text)
        {
            string letters = new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
            return [.. Enumerable.Range(0, Math.Max(0, letters.Length - 1)).Select(at => letters.Substring(at, 2))];
        }

        var pairs = Pairs(text);
        return pairs.Count == 0 ? 0 : (double)pairs.Intersect(Pairs(other)).Count() / pairs.Count;
    }

    private static string Listed(IEnumerable<string> words) => string.Join(", ", words.Take(5));

    private static string? Tagged(string text, string tag)
    {
        var from = text.IndexOf($"<{tag}>\n", StringComparison.Ordinal);
        var to = text.LastIndexOf($"\n</{tag}>", StringComparison.Ordinal);
        return from < 0 || to < from + tag.Length + 3 ? null : text[(from + tag.Length + 3)..to];
    }

    [GeneratedRegex(@"\bAS (\w+)")]
    private static partial Regex Alias();

    [GeneratedRegex(@"current_date - (\d+)")]
    private static partial Regex Days();

    [GeneratedRegex(@"\bLIMIT (\d+)")]
    private static partial Regex Limit();

    [GeneratedRegex(@"\d[\d,]*(?:\.\d+)?")]
    private static partial Regex Figure();
}
