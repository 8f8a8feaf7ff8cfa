using AngleSharp.Dom;
using CsCheck;

namespace LlmObs.Tests.Web.Rendering;

public sealed class HostileContentTests
{
    /// <summary>Every element the door may let through, ours and Markdown's.</summary>
    private static readonly HashSet<string> Harmless =
    [
        "a",
        "blockquote",
        "br",
        "button",
        "code",
        "del",
        "details",
        "div",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "span",
        "strong",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "use",
    ];

    private static readonly HashSet<string> HarmlessAttributes =
    [
        "aria-hidden",
        "aria-label",
        "class",
        "data-copy",
        "data-copy-skip",
        "href",
        "id",
        "open",
        "rel",
        "start",
        "title",
        "type",
        "tabindex",
    ];

    private static readonly string[] Attacks =
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><use href=\"https://evil.example/x.svg#a\"/></svg>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](/logout \"t\")",
        "[x](//evil.example/)",
        "![x](https://evil.example/pixel.png)",
        "![x\" onerror=\"alert(1)](https://evil.example/a.png \"t\")",
        "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
        "<form action=\"/logout\" method=post><button>ok</button></form>",
        "<div hx-get=\"/api/v1/status\" hx-trigger=\"load\" style=\"position:fixed;inset:0\">x</div>",
        "<style>body{display:none}</style>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
        "<pre data-block=\"0\"></pre>",
        "```\"><script>alert(1)</script>\ncode\n```",
        "```sql\nSELECT '</pre><script>alert(1)</script>'\n```",
        "```json\n{\"</span><script>alert(1)</script>\": \"<img src=x onerror=alert(1)>\"}\n```",
        "{\"a\": \"</div><script>alert(1)</script>\", \"b\": \"{\\\"c\\\": \\\"<svg/onload=alert(1)>\\\"}\"}",
        "SELECT '<script>alert(1)</script>' FROM t -- </pre><script>",
        "<x onclick=\"alert(1)\">\nbody\n</x>",
        "# <img src=x onerror=alert(1)>\n## \"><script>\ntext",
        "| <script>a</script> | b |\n|---|---|\n| <img onerror=x> | [y](vbscript:x) |",
        "<https://evil.example/\"onmouseover=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    ];

    public static TheoryData<string> EachAttack => [.. Attacks];

    [Theory]
    [MemberData(nameof(EachAttack))]
    public void Lets_nothing_through_that_acts_loads_or_styles(string attack)
    {
        AssertInert(attack);
        AssertInert($"# Prompt\n\n{attack}\n\n- list {attack}\n\n> {attack}\n");
        AssertInert($"<part>\n{attack}\n</part>");
    }

    [Fact]
    public void Keeps_links_that_lead_outside_and_ties_their_hands()
    {
        var link = Rendered.Dom("**see** [docs](https://example.org/a?b=1&c=2) and [mail](mailto:a@example.org)").QuerySelector("a")!;

        Assert.Equal("https://example.org/a?b=1&c=2", link.GetAttribute("href"));
        Assert.Equal("noopener noreferrer nofollow", link.GetAttribute("rel"));
    }

    [Theory]
    [InlineData("**x** [paypal.com](https://p\u0430ypal.com/login \"paypal.com\")", "xn--pypal-4ve.com")]
    [InlineData("**x** [docs](https://example.org/a)", "example.org")]
    [InlineData("**x** [mail](mailto:a@example.org)", "example.org")]
    [InlineData("**x** [nowhere](javascript:alert(1))", "")]
    public void A_link_says_where_it_leads_in_letters_that_cannot_pass_for_others(string text, string host) =>
        Assert.Equal(host, Rendered.Dom(text).QuerySelector("a")!.GetAttribute("title"));

    [Fact]
    public void Shows_an_image_as_its_words_and_address()
    {
        var dom = Rendered.Dom("**x** ![a chart](https://example.org/p.png)");

        Assert.Empty(dom.QuerySelectorAll("img"));
        Assert.Contains("a chart https://example.org/p.png", dom.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc\u202Edef", "U+202E")]
    [InlineData("zero\u200Bwidth", "U+200B")]
    [InlineData("red \u001b[31malert", "ESC")]
    [InlineData("tag \U000E0041 smuggled", "U+E0041")]
    public void Marks_what_would_be_invisible(string text, string mark)
    {
        foreach (var value in (string[])[text, $"**bold** {text}", $"{{\"k\": \"{text}\"}}", $"SELECT '{text}' FROM t"])
        {
            Assert.Equal(mark, Rendered.Dom(value).QuerySelector(".ctl")?.TextContent);
        }
    }

    [Fact]
    public void Marks_what_no_text_may_hold()
    {
        Assert.Equal("NUL", Rendered.Dom("nul\0").QuerySelector(".ctl")!.TextContent);
        Assert.Equal("U+D800", Rendered.Dom("{\"k\": \"lone \\ud800\"}").QuerySelector(".ctl")!.TextContent);
        Assert.Contains("\ufffd", Rendered.Dom("**bold** nul\0").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_joined_emoji_whole() => Assert.Empty(Rendered.Dom("ok 👩‍💻 fine").QuerySelectorAll(".ctl"));

    [Fact]
    public void Sanitised_output_reparses_to_itself()
    {
        var pieces = Gen.OneOf([
            "# h\n",
            "**b**",
            "`c`",
            "[l](https://a.example)",
            "\n\n",
            "- i\n",
            "> q\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            "```sql\nSELECT 1\n```\n",
            "<t>\n",
            "</t>\n",
            "中文，",
            "&amp;",
            "<",
            ">",
            "\"",
            "'",
            "\t",
            .. Attacks,
        ]);
        pieces
            .Array[0, 12]
            .Select(parts => string.Concat(parts))
            .Sample(
                text =>
                {
                    var html = Rendered.Html(text);
                    var once = Rendered.Parse(html).InnerHtml;
                    return Rendered.Parse(once).InnerHtml == once && Rendered.Parse(html).TextContent == Rendered.Parse(once).TextContent;
                },
                iter: 400
            );
    }

    [Fact]
    public void Random_mixtures_of_attacks_stay_inert() =>
        Gen.OneOf(Gen.OneOf(Attacks), Gen.String[0, 30]).Array[1, 6].Select(parts => string.Join('\n', parts)).Sample(AssertInert, iter: 300);

    private static void AssertInert(string value)
    {
        var dom = Rendered.Dom(value);
        foreach (var element in dom.QuerySelectorAll("*"))
        {
            Assert.Contains(element.LocalName, Harmless);
            Assert.All(element.Attributes, attribute => Assert.Contains(attribute.Name, HarmlessAttributes));
            if (element.GetAttribute("href") is { } address)
            {
                Assert.Matches(element.LocalName == "use" ? @"^#i-[a-z]+$" : @"^(https?://|mailto:)", address);
            }
        }
    }
}
