using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Chinese = new(new TokenizerSettings(" ,/\"", CaseSensitive: false, Chinese: true));
    private static readonly Tokenizer Plain = new(new TokenizerSettings(" ,/", CaseSensitive: true, Chinese: false));

    [Theory]
    [InlineData("GET /api/Chat", "|get|api|chat|")]
    [InlineData("订单查询", "|订|单|查|询|")]
    [InlineData("订 单", "|订||单|")]
    [InlineData("订，单", "|订||单|")]
    [InlineData("订单abc2单", "|订|单|abc2|单|")]
    [InlineData("订单 abc", "|订|单||abc|")]
    [InlineData("a b", "|a|b|")]
    [InlineData("𠀀好", "|𠀀|好|")]
    [InlineData("か한", "|か|한|")]
    [InlineData("", "|")]
    [InlineData(" ,", "|")]
    [InlineData("a\0b\u0001c\u0002d", "|a|b|c|d|")]
    public void Cuts_with_chinese(string text, string expected) => Assert.Equal(expected, Chinese.Terms(text).Replace('\u0001', '|'));

    [Theory]
    [InlineData("GET /api 订单，查询", "|GET|api|订单，查询|")]
    public void Keeps_runs_without_chinese(string text, string expected) => Assert.Equal(expected, Plain.Terms(text).Replace('\u0001', '|'));

    [Fact]
    public void Takes_the_whole_value_as_one_term_without_delimiters() =>
        Assert.Equal("|a, b/c|", new Tokenizer(new TokenizerSettings("", true, false)).Terms("a, b/c").Replace('\u0001', '|'));

    /// <summary>Recall: whatever Chinese stands in a text is found by it, whatever stands around.</summary>
    [Fact]
    public void Finds_every_chinese_phrase_that_stands_in_a_text()
    {
        var random = new Random(20);
        const string alphabet = "订单查询失败用户销售额的是𠮷ab1ＡＢ，。 ,/\"（）-_かな";
        var runes = alphabet.EnumerateRunes().ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 40).Select(_ => runes[random.Next(runes.Length)].ToString()));
            var terms = Chinese.Terms(text);
            var all = text.EnumerateRunes().ToArray();
            var start = random.Next(all.Length);
            var length = 0;
            while (start + length < all.Length && IsHan(all[start + length]))
            {
                length++;
            }
            if (length == 0)
            {
                continue;
            }
            var phrase = string.Concat(all.Skip(start).Take(1 + random.Next(length)));

            Assert.True(Chinese.Pieces(phrase).All(piece => terms.Contains(Chinese.Terms(piece), StringComparison.Ordinal)), $"{phrase} in {text}");
        }
    }

    private static bool IsHan(System.Text.Rune rune) => rune.Value is >= 0x4E00 and <= 0x9FFF or >= 0x20000;
}
