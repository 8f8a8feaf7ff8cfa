using System.Text;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>Writes the SQL of a question from templates, with the mistakes it is told to make.</summary>
internal static class ScriptedSql
{
    /// <param name="Revenue">The column taken for revenue: right is <c>pay_amount</c>.</param>
    /// <param name="Careful">Guards divisions and avoids comparing everything with everything.</param>
    public sealed record Style(string Revenue, bool Careful);

    public static readonly Style Right = new("pay_amount", Careful: true);

    public static string Write(ScriptedQuestion question, Style style) =>
        question.Metric switch
        {
            "bought_together" => BoughtTogether(question, style),
            "new_members" => NewMembers(question),
            "refund_amount" => RefundAmount(question),
            "refund_rate" => RefundRate(question, style),
            _ => FromOrders(question, style),
        };

    private static string FromOrders(ScriptedQuestion question, Style style)
    {
        var byLine = question.Metric == "units" || question.By is "product" or "category" || question.Category is not null;
        var value = question.Metric switch
        {
            "gmv" => byLine ? $"SUM(i.{(style.Revenue == "pay_amount" ? "line_amount" : style.Revenue)})" : $"SUM(o.{style.Revenue})",
            "units" => "SUM(i.quantity)",
            "aov" => "ROUND(AVG(o.pay_amount), 2)",
            _ => byLine ? "COUNT(DISTINCT o.order_id)" : "COUNT(*)",
        };
        var sql = new StringBuilder();
        var (label, join) = Dimension(question.By, question.Chinese);
        sql.Append("SELECT ")
            .Append(label is null ? "" : $"{label} AS {question.By}, ")
            .Append(value)
            .Append(" AS ")
            .Append(question.Metric)
            .Append("\nFROM orders o");
        sql.Append(byLine ? "\nJOIN order_items i ON i.order_id = o.order_id" : "");
        if (question.By is "product" or "category" || question.Category is not null)
        {
            sql.Append("\nJOIN products p ON p.product_id = i.product_id");
        }

        sql.Append(join);
        AppendFilterJoins(sql, question);
        sql.Append("\nWHERE o.status <> 'cancelled'").Append(Between("o.ordered_at", question.Time)).Append(Filters(question));
        return Finish(sql, question, label);
    }

    private static string RefundRate(ScriptedQuestion question, Style style)
    {
        var denominator = style.Careful ? "NULLIF(COUNT(o.order_id), 0)" : "COUNT(o.order_id)";
        var value = $"ROUND(100.0 * COUNT(r.refund_id) / {denominator}, 2) AS refund_rate";
        if (question.By is "store" or null && question.City is null && question.Channel is null)
        {
            // From the stores outwards: a store without orders shows, and is a division by zero.
            return $"""
                SELECT {(question.Chinese ? "s.name" : "s.name_en")} AS store, {value}
                FROM stores s
                LEFT JOIN orders o ON o.store_id = s.store_id AND o.status <> 'cancelled'{Between("o.ordered_at", question.Time)}
                LEFT JOIN refunds r ON r.order_id = o.order_id
                GROUP BY 1
                ORDER BY refund_rate DESC NULLS LAST{Limit(question)}
                """;
        }

        var (label, join) = Dimension(question.By, question.Chinese);
        var sql = new StringBuilder("SELECT ")
            .Append(label is null ? "" : $"{label} AS {question.By}, ")
            .Append(value)
            .Append("\nFROM orders o\nLEFT JOIN refunds r ON r.order_id = o.order_id");
        if (question.By is "product" or "category")
        {
            sql.Append("\nJOIN order_items i ON i.order_id = o.order_id\nJOIN products p ON p.product_id = i.product_id");
        }

        sql.Append(join);
        AppendFilterJoins(sql, question);
        sql.Append("\nWHERE o.status <> 'cancelled'")
            .Append(Between("o.ordered_at", question.Time))
            .Append(Filters(question with { Category = null }));
        return Finish(sql, question, label);
    }

    private static string RefundAmount(ScriptedQuestion question)
    {
        var (label, join) = question.By is "product" or "category" ? (null, "") : Dimension(question.By, question.Chinese);
        label = label?.Replace("o.ordered_at", "r.refunded_at", StringComparison.Ordinal);
        var sql = new StringBuilder("SELECT ")
            .Append(label is null ? "r.reason AS reason" : $"{label} AS {question.By}")
            .Append(", SUM(r.amount) AS refund_amount\nFROM refunds r\nJOIN orders o ON o.order_id = r.order_id")
            .Append(join);
        AppendFilterJoins(sql, question);
        sql.Append("\nWHERE o.status <> 'cancelled'")
            .Append(Between("r.refunded_at", question.Time))
            .Append(Filters(question with { Category = null }));
        return Finish(sql, question with { Metric = "refund_amount" }, label ?? "r.reason");
    }

    private static string NewMembers(ScriptedQuestion question)
    {
        var (label, name) = question.By switch
        {
            "day" => ("u.registered_on", "day"),
            "month" => ("to_char(u.registered_on, 'YYYY-MM')", "month"),
            "city" => ("u.city", "city"),
            _ => ("u.member_level", "member_level"),
        };
        return $"""
            SELECT {label} AS {name}, COUNT(*) AS new_members
            FROM users u
            WHERE true{Between("u.registered_on", question.Time)}{(question.City is null ? "" : $"\n  AND u.city = '{question.City}'")}
            GROUP BY 1
            ORDER BY 2 DESC{Limit(question)}
            """;
    }

    private static string BoughtTogether(ScriptedQuestion question, Style style)
    {
        var name = question.Chinese ? "name" : "name_en";
        return style.Careful
            ? $"""
                SELECT a.{name} AS product, b.{name} AS bought_with, COUNT(*) AS orders
                FROM order_items x
                JOIN order_items y ON y.order_id = x.order_id AND y.product_id > x.product_id
                JOIN products a ON a.product_id = x.product_id
                JOIN products b ON b.product_id = y.product_id
                GROUP BY 1, 2
                ORDER BY orders DESC, 1, 2
                LIMIT {question.Top ?? 10}
                """
            : $"""
                SELECT a.{name} AS product, b.{name} AS bought_with, (
                  SELECT COUNT(*) FROM orders o
                  WHERE a.product_id IN (SELECT i.product_id FROM order_items i WHERE i.order_id = o.order_id)
                    AND b.product_id IN (SELECT i.product_id FROM order_items i WHERE i.order_id = o.order_id)) AS orders
                FROM products a
                JOIN products b ON b.product_id > a.product_id
                ORDER BY orders DESC, 1, 2
                LIMIT {question.Top ?? 10}
                """;
    }

    private static (string? Label, string Join) Dimension(string? by, bool chinese) =>
        by switch
        {
            "store" => (chinese ? "s.name" : "s.name_en", "\nJOIN stores s ON s.store_id = o.store_id"),
            "city" => (chinese ? "s.city" : "s.city_en", "\nJOIN stores s ON s.store_id = o.store_id"),
            "channel" => (chinese ? "c.name" : "c.name_en", "\nJOIN channels c ON c.channel_id = o.channel_id"),
            "category" => (chinese ? "p.category" : "p.category_en", ""),
            "product" => (chinese ? "p.name" : "p.name_en", ""),
            "day" => ("o.ordered_at::date", ""),
            "month" => ("to_char(o.ordered_at, 'YYYY-MM')", ""),
            _ => (null, ""),
        };

    private static void AppendFilterJoins(StringBuilder sql, ScriptedQuestion question)
    {
        sql.Append(question.City is not null && question.By is not ("store" or "city") ? "\nJOIN stores s ON s.store_id = o.store_id" : "");
        sql.Append(question.Channel is not null && question.By != "channel" ? "\nJOIN channels c ON c.channel_id = o.channel_id" : "");
    }

    // The values come from the word lists, never from the question's text.
    private static string Filters(ScriptedQuestion question) =>
        string.Concat(
            question.City is null ? "" : $"\n  AND s.city = '{question.City}'",
            question.Category is null ? "" : $"\n  AND p.category = '{question.Category}'",
            question.Channel is null ? "" : $"\n  AND c.code = '{question.Channel}'"
        );

    private static string Between(string column, string? time) =>
        time switch
        {
            "today" => $"\n  AND {column} >= current_date",
            "yesterday" => $"\n  AND {column} >= current_date - 1 AND {column} < current_date",
            "last_7_days" => $"\n  AND {column} >= current_date - 7",
            "last_90_days" => $"\n  AND {column} >= current_date - 90",
            "this_month" => $"\n  AND {column} >= date_trunc('month', current_date)",
            "last_month" =>
                $"\n  AND {column} >= date_trunc('month', current_date) - interval '1 month' AND {column} < date_trunc('month', current_date)",
            "all" => "",
            _ => $"\n  AND {column} >= current_date - 30",
        };

    private static string Finish(StringBuilder sql, ScriptedQuestion question, string? label)
    {
        if (label is not null)
        {
            sql.Append("\nGROUP BY 1\nORDER BY ").Append(question.By is "day" or "month" ? "1" : question.Metric + " DESC").Append(Limit(question));
        }

        return sql.ToString();
    }

    private static string Limit(ScriptedQuestion question) => question.Top is null ? "" : $"\nLIMIT {question.Top}";
}
