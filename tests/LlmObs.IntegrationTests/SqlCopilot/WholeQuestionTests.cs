using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using LlmObs.IntegrationTests.Support;
using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Scripted;

namespace LlmObs.IntegrationTests.SqlCopilot;

/// <summary>One question over HTTP: the answer, and the spans that tell how it came about.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class WholeQuestionTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private static readonly string[] Steps = ["需求改写", "槽位抽取", "生成 SQL", "诊断 SQL", "回答"];

    [Fact]
    public async Task Is_one_trace_with_a_sub_workflow_for_each_step()
    {
        var question = Find(faults => faults is { CopiesThoughWarned: false, BreaksJson: false });
        using var recorder = new SpanRecorder();

        var answer = await AskAsync(question, "s-whole", "u-1");

        Assert.Null(answer.Error);
        Assert.Contains("| gmv |", answer.Text, StringComparison.Ordinal);
        Assert.Equal(
            """
            小店问数
              需求理解
                chat scripted-sql-1
                chat scripted-sql-1
              检索表结构
                retrieval shop-knowledge
              生成 SQL
                orchestrate_tools
                  chat scripted-sql-1
                  execute_tool get_table_schema
                    SELECT shop
                  chat scripted-sql-1
              校验
                EXPLAIN shop
              执行 SQL
                SELECT shop
              回答
                chat scripted-sql-1

            """,
            recorder.Tree(answer.TraceId!)
        );
        var spans = recorder.Of(answer.TraceId!);
        Assert.All(
            spans,
            span =>
            {
                Assert.Equal("s-whole", span.GetTagItem("gen_ai.conversation.id"));
                Assert.Equal("u-1", span.GetTagItem("user.id"));
                Assert.Equal(answer.RequestId, span.GetTagItem("llmobs.request.id"));
                Assert.NotEqual(ActivityStatusCode.Error, span.Status);
            }
        );
        Assert.All(
            spans.Where(span => span.OperationName.StartsWith("chat", StringComparison.Ordinal)),
            chat => Assert.True((int)(chat.GetTagItem("gen_ai.usage.input_tokens") ?? 0) > 0)
        );
        Assert.Equal(question, spans[0].GetTagItem("input.value"));
        Assert.Contains(
            "pay_amount",
            (string)
                spans.Single(span => span.OperationName == "SELECT shop" && span.Parent?.OperationName == "执行 SQL").GetTagItem("db.query.text")!,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\"score\":",
            (string)spans.Single(span => span.OperationName == "retrieval shop-knowledge").GetTagItem("gen_ai.retrieval.documents")!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_wrong_column_is_diagnosed_and_repaired_inside_the_trace()
    {
        var question = Find(faults => faults is { CopiesThoughWarned: true, GuessesAgain: false, BreaksJson: false });
        using var recorder = new SpanRecorder();

        var answer = await AskAsync(question, "s-repair", "u-1");

        Assert.Null(answer.Error);
        Assert.EndsWith(
            """
              校验 !42703
                EXPLAIN shop !42703
              诊断
                chat scripted-sql-1
                校验
                  EXPLAIN shop
                执行 SQL
                  SELECT shop
              回答
                chat scripted-sql-1

            """,
            recorder.Tree(answer.TraceId!),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_first_release_ends_where_the_second_repairs()
    {
        var question = Find(faults => faults is { CopiesOutdatedExample: true, CopiesThoughWarned: false, BreaksJson: false });
        using var recorder = new SpanRecorder();
        using var first = CopilotServices.Build(shop.Services, Release.First);

        var answer = await first.AskAsync(new(question, "s-first", "u-1"), default, TestContext.Current.CancellationToken);

        Assert.Equal("42703", answer.Error);
        Assert.DoesNotContain("诊断", recorder.Tree(answer.TraceId!), StringComparison.Ordinal);
        Assert.All(recorder.Of(answer.TraceId!), span => Assert.Equal("SqlCopilot.1", span.Source.Name));
        Assert.Null((await AskAsync(question, "s-second", "u-1")).Error);
    }

    [Fact]
    public async Task A_question_that_stays_wrong_fails_with_the_database_error()
    {
        var question = Find(faults => faults is { CopiesThoughWarned: true, NeverLearns: true, BreaksJson: false });
        using var recorder = new SpanRecorder();

        var answer = await AskAsync(question, "s-wrong", "u-1");

        Assert.Equal("42703", answer.Error);
        Assert.StartsWith("小店问数 !42703\n", recorder.Tree(answer.TraceId!), StringComparison.Ordinal);
        Assert.Equal(2, recorder.Of(answer.TraceId!).Count(span => span.OperationName == "诊断"));
    }

    [Fact]
    public async Task Continues_the_trace_of_a_caller()
    {
        using var http = new HttpClient { BaseAddress = shop.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/ask") { Content = JsonContent.Create(new { question = "明天北京会下雨吗？" }) };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<Answer>(TestContext.Current.CancellationToken);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", answer!.TraceId);
        Assert.Null(answer.Sql);
        Assert.Null(answer.Error);
    }

    [Fact]
    public async Task The_page_shows_what_was_asked_as_text_under_a_strict_policy()
    {
        using var http = new HttpClient { BaseAddress = shop.Address };
        using var form = new FormUrlEncodedContent([new("question", "<script>alert(1)</script>"), new("sessionId", "\"><img>")]);
        var response = await http.PostAsync("/", form, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Contains("scripted-sql-1", html, StringComparison.Ordinal);
    }

    private async Task<Answer> AskAsync(string question, string sessionId, string userId)
    {
        using var http = new HttpClient { BaseAddress = shop.Address };
        var response = await http.PostAsJsonAsync(
            "/ask",
            new
            {
                question,
                sessionId,
                userId,
            },
            TestContext.Current.CancellationToken
        );
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Answer>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A question about revenue that meets these faults when SQL is written, and no rate limit anywhere.</summary>
    private static string Find(Func<ScriptedFaults, bool> fits) =>
        (
            from city in new[] { "上海", "北京", "广州", "深圳", "杭州", "成都", "南京" }
            from time in new[] { "昨天", "最近7天", "最近30天", "最近90天", "上个月", "本月", "全部时间" }
            from dimension in new[] { "门店", "渠道", "月份", "天", "城市" }
            let text = $"{time}{city}各{dimension}的GMV是多少？"
            where Steps.All(step => new ScriptedFaults(text, step).Refusals == 0) && fits(new(text, "生成 SQL"))
            select text
        ).First();

    private sealed class SpanRecorder : IDisposable
    {
        private readonly List<Activity> _started = [];
        private readonly ActivityListener _listener;

        public SpanRecorder()
        {
            _listener = new()
            {
                ShouldListenTo = source => source.Name.StartsWith("SqlCopilot", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStarted = activity =>
                {
                    lock (_started)
                    {
                        _started.Add(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<Activity> Of(string traceId)
        {
            lock (_started)
            {
                return [.. _started.Where(activity => activity.TraceId.ToString() == traceId)];
            }
        }

        /// <summary>The names, indented by depth, each failed one with its <c>error.type</c>.</summary>
        public string Tree(string traceId)
        {
            var text = new StringBuilder();
            var spans = Of(traceId);
            Append(default, 0);
            return text.ToString();

            void Append(ActivitySpanId parent, int depth)
            {
                foreach (var span in spans.Where(span => span.ParentSpanId == parent))
                {
                    text.Append(' ', 2 * depth)
                        .Append(span.OperationName)
                        .Append(span.Status == ActivityStatusCode.Error ? $" !{span.GetTagItem("error.type")}" : "")
                        .Append('\n');
                    Append(span.SpanId, depth + 1);
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
