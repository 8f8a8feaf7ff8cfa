using System.Net;

namespace LlmObs.SqlCopilot.Web;

/// <summary>The page with one form. Everything in it that was asked or answered is encoded.</summary>
internal static class AskPage
{
    public static string Render(bool isScripted, string modelName, string sessionId, Question? question = null, Answer? answer = null) =>
        $"""
        <!doctype html>
        <html lang="zh-CN">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>小店问数 · SQL copilot sample</title>
        <link rel="stylesheet" href="/copilot.css">
        </head>
        <body>
        <main>
        <h1>小店问数 <span lang="en">SQL copilot</span></h1>
        {(isScripted
            ? """<p class="scripted">脚本模型 scripted-sql-1 在回答：它按模板工作，不是语言模型。<span lang="en">A scripted model answers here; it is no language model. Set Model:Endpoint for a real one.</span></p>"""
            : $"<p>Model: {Encode(modelName)}</p>")}
        <form method="post" action="/">
        <label for="question">问一个关于门店、订单、商品、退款、会员的问题 <span lang="en">(or ask in English)</span></label>
        <input id="question" name="question" required maxlength="1000" autofocus value="{Encode(question?.Text)}">
        <input type="hidden" name="sessionId" value="{Encode(sessionId)}">
        <button>提问 Ask</button>
        </form>
        {(answer is null ? "" : Result(answer))}
        </main>
        </body>
        </html>
        """;

    private static string Result(Answer answer) =>
        $"""
            <section aria-live="polite">
            <h2>{(answer.Error is null ? "回答 Answer" : "没有答出 Failed")}</h2>
            <pre>{Encode(answer.Text)}</pre>
            {(answer.Cut ? "<p>回答被截断 The answer was cut.</p>" : "")}
            {(answer.Sql is null ? "" : $"<h2>SQL</h2><pre>{Encode(answer.Sql)}</pre>")}
            <p>trace <code>{Encode(answer.TraceId)}</code> · request <code>{Encode(answer.RequestId)}</code></p>
            </section>
            """;

    private static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");
}
