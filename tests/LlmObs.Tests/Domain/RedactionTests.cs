using System.Text;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Redaction;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.Domain;

public sealed class RedactionTests
{
    private static readonly TextRedactor Mask = new(BuiltInRules.All, new HashSet<string>(), []);

    [Theory]
    [InlineData("call 13812345678 now", "call [mobile] now")]
    [InlineData("手机+86 138-1234-5678。", "手机[mobile]。")]
    [InlineData("mail Ann.Lee+x@example.com.cn!", "mail [email]!")]
    [InlineData("id 11010519491231002X.", "id [id_card].")]
    [InlineData("card 4111 1111 1111 1111", "card [bank_card]")]
    [InlineData("card 6222021234567890128", "card [bank_card]")]
    [InlineData("key sk-proj-abcdefghijklmnop1234567890", "key [secret]")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", "[secret]")]
    [InlineData("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "Authorization: [secret]")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "[secret]")]
    public void Finds_what_it_should(string text, string expected) => Assert.Equal(expected, Mask.Text(text, _ => { }));

    [Theory]
    [InlineData("order 2138123456789")]
    [InlineData("at 1795421229000000000 ns")]
    [InlineData("id 110105194912310021")]
    [InlineData("card 4111 1111 1111 1112")]
    [InlineData("card 6222021234567890129")]
    [InlineData("0af7651916cd43dd8448eb211c80319c")]
    [InlineData("SELECT amount FROM orders WHERE id = 12345678901")]
    [InlineData("task-desk risk-averse disk-utilisation-of-the-machine")]
    public void Leaves_alone_what_only_looks_like_it(string text) => Assert.Same(text, Mask.Text(text, _ => { }));

    [Fact]
    public void Json_stays_json_wherever_the_value_is()
    {
        var json = Mask.Json(
            new("""{"a":13812345678,"b":["x\n13812345678"],"a@example.com":1,"nested":"{\"phone\": 13812345678}","keep":1.50}"""),
            _ => { }
        );
        using var document = json.Parse();
        Assert.Equal("""{"a":"[mobile]","b":["x\n[mobile]"],"[email]":1,"nested":"{\"phone\":\"[mobile]\"}","keep":1.50}""", json.Text);
    }

    [Fact]
    public void A_document_without_finds_is_not_touched()
    {
        var json = new JsonText("""{ "a" : [1, 2.50, "\u4e2d"] }""");
        Assert.Same(json.Text, Mask.Json(json, _ => { }).Text);
    }

    [Fact]
    public void Equal_values_have_equal_hashes_and_only_under_one_key()
    {
        var one = Hashing("key-number-one-123");
        Assert.Equal(one.Text("13812345678", _ => { }), one.Text("138-1234-5678", _ => { }));
        Assert.NotEqual(one.Text("13812345678", _ => { }), one.Text("13812345679", _ => { }));
        Assert.NotEqual(one.Text("13812345678", _ => { }), Hashing("key-number-two-123").Text("13812345678", _ => { }));
        Assert.Matches(@"^\[mobile:[0-9a-f]{16}\]$", one.Text("13812345678", _ => { }));
    }

    [Theory]
    [InlineData("(?<=x)y")]
    [InlineData(@"(a)\1")]
    [InlineData("a*")]
    [InlineData("(")]
    public void Refuses_a_rule_that_could_hang_or_eat_everything(string pattern) =>
        Assert.ThrowsAny<ArgumentException>(() => RedactionRule.Own("own", pattern));

    [Fact]
    public void An_own_rule_that_would_explode_by_backtracking_does_not()
    {
        var redactor = new TextRedactor([RedactionRule.Own("own", "(a+)+b")], new HashSet<string>(), []);
        var text = new string('a', 20_000) + "c";
        Assert.Same(text, redactor.Text(text, _ => { }));
    }

    [Fact]
    public void No_text_of_a_span_goes_past_the_door()
    {
        const string secret = "13812345678";
        var json = new JsonText($$"""{"v":"{{secret}}"}""");
        var record = new SpanRecord(
            Spans.One("a", null) with
            {
                Name = secret,
                RawName = secret,
                StatusMessage = secret,
                ErrorType = secret,
                Question = secret,
                Tags = [secret],
                WorkflowName = secret,
                AgentName = secret,
                SessionId = secret,
                UserId = secret,
                RequestId = secret,
            },
            new()
            {
                Input = secret,
                Output = secret,
                Messages =
                [
                    new("input", "user", [MessagePart.Text(secret), MessagePart.ToolCall("1", "t", json), new("other") { Raw = json }], secret),
                ],
                RetrievalQuery = secret,
                Documents = [new("1", 1, secret, secret) { Metadata = json }],
                Tools = [new("t", null, secret, "1", secret) { Parameters = json, Arguments = json }],
                Parameters = json,
                Prompt = new(secret) { Variables = json },
                Events = [new(secret, 1, json)],
                Links = [new("a", "b", json)],
                Attributes = json,
                Resource = json,
                TraceState = secret,
            }
        );
        var (clean, finds) = new SpanRedactor(Mask, withIds: true).Redact(record);
        Assert.DoesNotContain(secret, JsonSerializer.Serialize(clean), StringComparison.Ordinal);
        Assert.Contains(new RedactionFind("mobile", "attributes"), finds);
        Assert.Equal(secret, new SpanRedactor(Mask, withIds: false).Redact(record).Record.Span.UserId);
    }

    private static TextRedactor Hashing(string key) => new(BuiltInRules.All, new HashSet<string> { "mobile" }, Encoding.UTF8.GetBytes(key));
}
