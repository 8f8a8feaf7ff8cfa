using System.Text.Json;
using System.Text.RegularExpressions;
using LlmObs.SqlCopilot.Telemetry;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>Not a language model: it reads the conversation it is sent and answers from templates, mistakes included. The same question always gets the same answer.</summary>
internal static partial class ScriptedModel
{
    public const string Name = "scripted-sql-1";

    public static ScriptedReply Reply(ScriptedRequest request)
    {
        var system = request.Messages.FirstOrDefault(message => message.Role is "system" or "developer")?.Content ?? "";
        var task = system.Split('\n')[0].TrimStart('#', ' ');
        var user = request.Messages.LastOrDefault(message => message.Role == "user")?.Content ?? "";
        var text = Section(user, "当前问题");
        var faults = new ScriptedFaults(text, task);
        return task switch
        {
            "需求改写" => new(Rewrite(text, Section(user, "历史问题")), faults),
            "槽位抽取" => new(Slots(text), faults),
            "生成 SQL" when request.HasTools && request.Messages[^1].Role == "user" => new("", faults, ToolCall: TablesOf(text)),
            "生成 SQL" => new(Generate(text, system, faults), faults),
            "诊断 SQL" => new(Diagnose(text, Section(user, "失败的回答"), Section(user, "错误"), faults), faults),
            "回答" => new(Answer(text, Section(user, "结果"), Section(user, "说明")), faults),
            _ when ScriptedJudge.Reply(user) is { } verdict => new(verdict, faults),
            _ => new("I am a scripted model: I only know the steps of this sample's pipeline. 我是脚本模型，只会这个示例里的步骤。", faults),
        };
    }

    private static string Rewrite(string text, string history)
    {
        var asked = ScriptedQuestion.Parse(text);
        var earlier = history.Split('\n').LastOrDefault(line => line.StartsWith("- ", StringComparison.Ordinal));
        var isFollowUp = earlier is not null && FollowUp().IsMatch(text);
        if (isFollowUp)
        {
            asked = asked.FollowUp(ScriptedQuestion.Parse(earlier![2..]));
        }

        // Understood: say it in full. Not understood: leave the words as they are.
        return Json(new { question = asked.Metric is null ? text : asked.Say(), isFollowUp });
    }

    private static string Slots(string text)
    {
        var asked = ScriptedQuestion.Parse(text);
        return Json(
            new
            {
                metric = asked.Metric,
                by = asked.By,
                city = asked.City,
                category = asked.Category,
                channel = asked.Channel,
                time = asked.Time,
                top = asked.Top,
            }
        );
    }

    private static string Generate(string text, string system, ScriptedFaults faults)
    {
        var asked = ScriptedQuestion.Parse(text);
        if (asked.Metric is null)
        {
            return Json(
                new
                {
                    sql = "",
                    explanation = asked.Chinese ? "数据库里没有回答这个问题所需的数据。" : "The database has no data that answers this question.",
                }
            );
        }

        // The copied column comes from an outdated example that retrieval put into the prompt; without it the model would not know the name.
        // What the prompt warns of goes wrong less often.
        var copies =
            system.Contains("gmv_amount", StringComparison.Ordinal)
            && (
                system.Contains("旧数仓", StringComparison.Ordinal) && system.Contains("为准", StringComparison.Ordinal)
                    ? faults.CopiesThoughWarned
                    : faults.CopiesOutdatedExample
            );
        var isCareless = system.Contains("NULLIF(", StringComparison.Ordinal) ? faults.IsCarelessThoughTold : faults.IsCareless;
        var sql = ScriptedSql.Write(asked, new(copies ? "gmv_amount" : "pay_amount", Careful: !isCareless));
        var answer = Json(new { sql, explanation = Explain(asked) });
        return faults.BreaksJson ? answer[..^2]
            : faults.Chatters ? $"```json\n{answer}\n```"
            : answer;
    }

    private static string Diagnose(string text, string failed, string error, ScriptedFaults faults)
    {
        var asked = ScriptedQuestion.Parse(text);
        var revenue = (failed.Contains("gmv_amount", StringComparison.Ordinal), failed.Contains("paid_amount", StringComparison.Ordinal)) switch
        {
            (true, _) when faults.GuessesAgain => "paid_amount",
            (_, true) when faults.NeverLearns => "total_amount",
            _ => "pay_amount",
        };
        var line = error.Split('\n')[0];
        var cause = line switch
        {
            _ when line.Contains("42703", StringComparison.Ordinal) => $"引用了表里没有的列，成交额应取 {revenue}。{line}",
            _ when line.Contains("22012", StringComparison.Ordinal) => "有门店在区间内没有订单，分母为 0，需要 NULLIF。",
            _ when line.Contains("57014", StringComparison.Ordinal) => "两两比较所有商品和订单，超时被取消；改为按 order_id 自关联。",
            _ => $"按要求的格式重新给出 SQL。{line}",
        };
        return Json(
            new
            {
                cause,
                sql = ScriptedSql.Write(asked, ScriptedSql.Right with { Revenue = revenue }),
                explanation = Explain(asked),
            }
        );
    }

    private static string Answer(string text, string result, string explanation)
    {
        var chinese = Conversations.IsChinese(text);
        var table = result.Split('\n').Where(line => line.StartsWith('|')).ToArray();
        if (table.Length <= 2)
        {
            return chinese
                ? $"没有查到符合条件的数据。\n\n> 问题：{text}\n> 口径：{explanation}"
                : $"No data matches.\n\n> Question: {text}\n> Terms: {explanation}";
        }

        var first = table[2].Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var head = (chinese, first.Length) switch
        {
            (true, 1) => $"结果是 **{first[0]}**。",
            (true, > 1) => $"共 {table.Length - 2} 行，第一行是 **{first[0]}**：{first[^1]}。",
            (false, 1) => $"It is **{first[0]}**.",
            (false, > 1) => $"{table.Length - 2} rows; the first is **{first[0]}**: {first[^1]}.",
            _ => chinese ? "结果为空值。" : "The result is a null.",
        };
        return $"{head}\n\n{string.Join('\n', table)}\n\n{(chinese ? "口径" : "Terms")}：{explanation}";
    }

    private static string Explain(ScriptedQuestion asked) =>
        asked.Metric == "new_members"
            ? asked.Chinese
                ? "按注册日期统计会员。"
                : "Members by their day of registration."
            : asked.Chinese
                ? $"{asked.Say().TrimEnd('？')}：排除已取消的订单。"
                : $"{asked.Say().TrimEnd('?', '.')}: orders that were not cancelled.";

    private static string TablesOf(string text)
    {
        var asked = ScriptedQuestion.Parse(text);
        string?[] tables =
        [
            asked.Metric == "new_members" ? "users" : "orders",
            asked.Metric is "units" or "bought_together" || asked.By is "product" or "category" || asked.Category is not null ? "order_items" : null,
            asked.By is "product" or "category" || asked.Category is not null ? "products" : null,
            asked.By is "store" or "city" || asked.City is not null ? "stores" : null,
            asked.By == "channel" || asked.Channel is not null ? "channels" : null,
            asked.Metric?.StartsWith("refund", StringComparison.Ordinal) == true ? "refunds" : null,
        ];
        return Json(new { tables = tables.Where(table => table is not null) });
    }

    private static string Section(string text, string heading)
    {
        var start = text.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        if (start < 0)
        {
            return text.Trim();
        }

        var from = start + heading.Length + 4;
        var end = text.IndexOf("\n## ", from, StringComparison.Ordinal);
        return (end < 0 ? text[from..] : text[from..end]).Trim();
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, Spans.Json);

    [GeneratedRegex(@"^(那|那么|再看|换成|其中|and\b|what about|how about|only)|呢？?$", RegexOptions.IgnoreCase)]
    private static partial Regex FollowUp();
}

internal sealed record ScriptedMessage(string Role, string Content);

internal sealed record ScriptedRequest(IReadOnlyList<ScriptedMessage> Messages, bool HasTools, int? MaxTokens, bool Stream, bool StreamUsage);

/// <param name="ToolCall">Arguments for <c>get_table_schema</c>, when the model wants to look first.</param>
internal sealed record ScriptedReply(string Text, ScriptedFaults Faults, string? ToolCall = null);
