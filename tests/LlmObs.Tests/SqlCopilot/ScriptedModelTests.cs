using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using LlmObs.SqlCopilot.Prompts;
using LlmObs.SqlCopilot.Scripted;
using Microsoft.Extensions.AI;
using OpenAI;

namespace LlmObs.Tests.SqlCopilot;

/// <summary>The official OpenAI client against the scripted model: what it understands, a real model's client understands.</summary>
public sealed class ScriptedModelTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_with_usage_and_its_own_name()
    {
        var response = await Client()
            .GetResponseAsync(Asking("rewrite", Calm("最近7天各门店的GMV是多少？{0}", "需求改写")), cancellationToken: Cancelled);

        Assert.Contains("最近7天各门店的GMV是多少", response.Text, StringComparison.Ordinal);
        Assert.Equal("scripted-sql-1", response.ModelId);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(response.Usage?.InputTokenCount > 150);
        Assert.Equal(response.Usage?.TotalTokenCount, response.Usage?.InputTokenCount + response.Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Streams_the_same_answer_in_parts_and_ends_with_usage()
    {
        var messages = Asking("rewrite", Calm("What was the revenue by store this month? {0}", "需求改写"));
        var updates = await Client().GetStreamingResponseAsync(messages, cancellationToken: Cancelled).ToListAsync(Cancelled);

        Assert.True(updates.Count(update => update.Text.Length > 0) > 2);
        var whole = await Client().GetResponseAsync(messages, cancellationToken: Cancelled);
        Assert.Equal(whole.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(whole.Usage?.OutputTokenCount, updates.ToChatResponse().Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Looks_at_the_tables_before_it_writes_sql()
    {
        var asked = new List<string>();
        var options = new ChatOptions
        {
            Tools =
            [
                AIFunctionFactory.Create(
                    (string[] tables) =>
                    {
                        asked.AddRange(tables);
                        return "| table | column |";
                    },
                    "get_table_schema"
                ),
            ],
        };
        var client = Client().AsBuilder().UseFunctionInvocation().Build();

        var response = await client.GetResponseAsync(Asking("generate-sql.2", Calm("本月各门店的退款率{0}", "生成 SQL")), options, Cancelled);

        Assert.Equal(["orders", "stores", "refunds"], asked);
        Assert.Contains("refund_rate", response.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_with_429_and_a_wait_then_serves()
    {
        var question = Search("昨天{0}单的成交额", faults => faults.Refusals == 1, "需求改写");
        var client = Client();

        var refused = await Assert.ThrowsAsync<ClientResultException>(() =>
            client.GetResponseAsync(Asking("rewrite", question), cancellationToken: Cancelled)
        );
        Assert.Equal(429, refused.Status);
        Assert.True(refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.Equal("1", wait);
        Assert.NotEmpty((await client.GetResponseAsync(Asking("rewrite", question), cancellationToken: Cancelled)).Text);
    }

    [Fact]
    public async Task Is_cut_at_the_output_limit_and_says_so()
    {
        var response = await Client()
            .GetResponseAsync(Asking("rewrite", Calm("最近7天各门店的GMV是多少？{0}", "需求改写")), new() { MaxOutputTokens = 5 }, Cancelled);

        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal(5, response.Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Says_what_is_wrong_with_a_request_without_messages()
    {
        using var http = new HttpClient();
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        var response = await http.PostAsync(new Uri(server.Address, ScriptedModelEndpoint.Path + "/chat/completions"), body, Cancelled);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("messages", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public void Takes_the_wrong_column_only_from_the_prompt()
    {
        var question = Search("最近7天各门店的GMV是多少？{0}", faults => faults is { CopiesThoughWarned: true, BreaksJson: false }, "生成 SQL");
        Assert.Contains("gmv_amount", Sql(question, "generate-sql.2", "SELECT SUM(o.gmv_amount) FROM orders o"), StringComparison.Ordinal);
        Assert.DoesNotContain("gmv_amount", Sql(question, "generate-sql.2", "SELECT SUM(o.pay_amount) FROM orders o"), StringComparison.Ordinal);
    }

    [Fact]
    public void Heeds_what_the_prompt_warns_of()
    {
        var question = Search(
            "最近7天各门店的GMV是多少？{0}",
            faults => faults is { CopiesOutdatedExample: true, CopiesThoughWarned: false, BreaksJson: false },
            "生成 SQL"
        );
        const string Outdated = "SELECT SUM(o.gmv_amount) FROM orders o";
        Assert.Contains("gmv_amount", Sql(question, "generate-sql.1", Outdated), StringComparison.Ordinal);
        Assert.DoesNotContain("gmv_amount", Sql(question, "generate-sql.2", Outdated), StringComparison.Ordinal);

        var refunds = Search(
            "各门店的退款率是多少？{0}",
            faults => faults is { IsCareless: true, IsCarelessThoughTold: false, BreaksJson: false },
            "生成 SQL"
        );
        Assert.DoesNotContain("NULLIF", Sql(refunds, "generate-sql.1", ""), StringComparison.Ordinal);
        Assert.Contains("NULLIF", Sql(refunds, "generate-sql.2", ""), StringComparison.Ordinal);
    }

    private static string Sql(string question, string prompt, string documents) =>
        ScriptedModel
            .Reply(
                new(
                    [new("system", Prompt.System(prompt, ("documents", documents)).Text), new("user", $"## 当前问题\n{question}")],
                    HasTools: false,
                    null,
                    false,
                    false
                )
            )
            .Text;

    private static ChatMessage[] Asking(string prompt, string question) =>
        [Prompt.System(prompt), new(ChatRole.User, $"## 历史问题\n（无）\n\n## 当前问题\n{question}")];

    private static string Calm(string format, string task) => Search(format, faults => faults is { Refusals: 0, BreaksJson: false }, task);

    private static string Search(string format, Func<ScriptedFaults, bool> fits, string task) =>
        Enumerable
            .Range(0, 10_000)
            .Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, i))
            .First(text => fits(new(text, task)));

    private IChatClient Client() =>
        new OpenAI.Chat.ChatClient(
            ScriptedModel.Name,
            new ApiKeyCredential("none"),
            new OpenAIClientOptions { Endpoint = new(server.Address, ScriptedModelEndpoint.Path), RetryPolicy = new ClientRetryPolicy(0) }
        ).AsIChatClient();
}
