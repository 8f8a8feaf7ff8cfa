using System.Text;
using System.Text.Json;
using CsCheck;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Sls;
using LlmObs.TraceLog;

namespace LlmObs.Tests.TraceLog;

public sealed class SpanLogTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Gives_back_the_row_it_was_made_of() =>
        GenSpans.Any.Sample(span =>
        {
            var log = SpanLog.ToLog("default", new(span, SpanContent.Empty), Now);

            Assert.Equal(JsonSerializer.Serialize(span), JsonSerializer.Serialize(SpanLog.FromLog(Fields(log))));
            // As an analysis gives it back: lower-case columns, NULL as a word.
            var lower = SpanLog.RowFields.ToDictionary(field => field.ToLowerInvariant(), field => Fields(log).GetValueOrDefault(field) ?? "null");
            Assert.Equal(JsonSerializer.Serialize(span), JsonSerializer.Serialize(SpanLog.FromLog(lower)));
        });

    [Fact]
    public void Writes_only_fields_that_the_index_knows() =>
        GenSpans.Any.Sample(span =>
        {
            var log = SpanLog.ToLog("default", new(span, Spoken), Now);

            Assert.Empty(log.Contents.Select(field => field.Key).Except(SpanLogSchema.Fields.Select(field => field.Name)));
            Assert.Equal(log.Contents.Count, log.Contents.DistinctBy(field => field.Key).Count());
        });

    [Theory]
    [InlineData(-6.9, true)]
    [InlineData(0, true)]
    [InlineData(0.009, true)]
    [InlineData(-7.1, false)]
    [InlineData(0.02, false)]
    [InlineData(-20000, false)]
    public void Moves_the_log_but_not_the_span_when_SLS_would_not_take_its_time(double daysFromNow, bool isKept)
    {
        var start = Now.AddDays(daysFromNow);
        var log = SpanLog.ToLog(
            "default",
            new(Span() with { StartUnixNano = start.ToUnixTimeMilliseconds() * 1_000_000 + 123_456 }, SpanContent.Empty),
            Now
        );

        Assert.Equal((isKept ? start : Now).ToUnixTimeSeconds(), log.Time);
        Assert.Equal(
            start.ToUnixTimeMilliseconds() * 1000 + 123,
            long.Parse(Fields(log)["start"], System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    [Fact]
    public void Keeps_every_text_once_and_findable()
    {
        var attributes = new JsonText(
            """{"gen_ai.input.messages":"[订单]","gen_ai.prompt.0.content":"订单","gen_ai.request.model":"qwen-max","note":"\u8ba2\u5355 note"}"""
        );
        var log = Fields(SpanLog.ToLog("default", new(Span(), Spoken with { Attributes = attributes, Input = "raw", Output = "raw" }), Now));

        Assert.Equal("be brief\n\n查询昨天的订单", log["prompt"]);
        Assert.Equal("run_sql\n\n{\"sql\":\"select 订单\"}\n\n共 3 单", log["output"]);
        Assert.False(log.ContainsKey("input"));
        Assert.Equal("""{"gen_ai.request.model":"qwen-max","note":"订单 note"}""", log["attribute"]);
        Assert.Equal("""["run_sql"]""", log["tools"]);
        Assert.Equal("订单表\norders(id, paid_at)\nd1", log["documents"]);
    }

    [Fact]
    public void Keeps_texts_in_attributes_when_no_mapper_understood_them()
    {
        var log = Fields(SpanLog.ToLog("default", new(Span(), SpanContent.Empty with { Attributes = new("""{"input.value":"订单"}""") }), Now));

        Assert.Equal("""{"input.value":"订单"}""", log["attribute"]);
    }

    [Fact]
    public void Undoes_unicode_escapes_in_raw_input()
    {
        var log = Fields(
            SpanLog.ToLog("default", new(Span(), SpanContent.Empty with { Input = """{"q":"\u8ba2\u5355"}""", Output = "no \\u json" }), Now)
        );

        Assert.Equal(("""{"q":"订单"}""", "no \\u json"), (log["input"], log["output"]));
    }

    [Fact]
    public void Cuts_between_code_points_and_says_so()
    {
        var text = string.Concat(Enumerable.Repeat("订😀", 700_000));
        var log = SpanLog.ToLog(
            "default",
            new(
                Span() with
                {
                    StatusMessage = text,
                },
                SpanContent.Empty with
                {
                    Input = text,
                    Output = text,
                    Attributes = new($$"""{"a":"{{text}}"}"""),
                }
            ),
            Now
        );
        var fields = Fields(log);

        Assert.InRange(log.Contents.Sum(field => Encoding.UTF8.GetByteCount(field.Value)), 2_400_000, 2_600_000);
        Assert.All(log.Contents, field => Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(field.Value))));
        Assert.InRange(Encoding.UTF8.GetByteCount(fields["input"]), 999_990, 1_000_000);
        Assert.StartsWith("statusMessage 4900000 to 3276", fields["cut"], StringComparison.Ordinal);
        Assert.Contains("input 4900000 to", fields["cut"], StringComparison.Ordinal);
        Assert.Contains("attribute ", fields["cut"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true, "1")]
    [InlineData(1, false, null)]
    [InlineData(2, true, null)]
    public void Only_the_first_log_of_a_first_version_says_that_it_is(int version, bool isFirst, string? says)
    {
        var log = SpanLog.ToLog("default", new(Span(), SpanContent.Empty) { Revision = version }, Now, isFirst);

        Assert.Equal(says, Fields(log).GetValueOrDefault("firstLog"));
    }

    [Fact]
    public void Refuses_a_log_that_is_no_span() =>
        Assert.Contains(
            "traceID",
            Assert.Throws<FormatException>(() => SpanLog.FromLog(new Dictionary<string, string>())).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Describes_its_index_within_the_limits_of_SLS()
    {
        var json = SpanLogSchema.IndexJson(30);
        var index = JsonDocument.Parse(json).RootElement;

        Assert.True(Encoding.UTF8.GetByteCount(json) < 64 * 1024);
        Assert.Equal(16384, index.GetProperty("max_text_len").GetInt32());
        Assert.True(index.GetProperty("line").GetProperty("chn").GetBoolean());
        Assert.True(index.GetProperty("keys").GetProperty("prompt").GetProperty("chn").GetBoolean());
        Assert.Equal("long", index.GetProperty("keys").GetProperty("duration").GetProperty("type").GetString());
        Assert.All(index.GetProperty("keys").EnumerateObject(), key => Assert.True(key.Value.GetProperty("doc_value").GetBoolean()));
        Assert.Empty(SpanLog.RowFields.Except(SpanLogSchema.Fields.Select(field => field.Name)));
    }

    private static readonly SpanContent Spoken = SpanContent.Empty with
    {
        Messages =
        [
            new("system", "system", [MessagePart.Text("be brief")]),
            new("input", "user", [MessagePart.Text("查询昨天的订单")]),
            new(
                "output",
                "assistant",
                [MessagePart.ToolCall("c1", "run_sql", new("""{"sql":"select \u8ba2\u5355"}""")), MessagePart.Text("共 3 单")]
            ),
        ],
        Tools = [new("run_sql", Description: "runs SQL")],
        Documents = [new("d1", 0.9, "订单表", "orders(id, paid_at)")],
    };

    private static Span Span() =>
        new()
        {
            TraceId = new string('a', 32),
            SpanId = new string('b', 16),
            Name = "chat",
            StartUnixNano = Now.ToUnixTimeMilliseconds() * 1_000_000,
            DurationNano = 5_000_000,
        };

    private static Dictionary<string, string> Fields(SlsLog log) => log.Contents.ToDictionary(field => field.Key, field => field.Value);
}
