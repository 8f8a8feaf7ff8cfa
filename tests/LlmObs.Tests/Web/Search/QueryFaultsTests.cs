using System.Xml.Linq;
using LlmObs.Tests.Documents;
using LlmObs.TraceLog;

namespace LlmObs.Tests.Web.Search;

/// <summary>What is wrong with a query line is said in the reader's language.</summary>
public sealed class QueryFaultsTests
{
    private static readonly HashSet<string> Translated =
    [
        .. XDocument
            .Load(Path.Combine(Repository.Root, "LlmObs.Web/Resources/Search/QueryFaults.zh.resx"))
            .Root!.Elements("data")
            .Select(data => data.Attribute("name")!.Value),
    ];

    public static readonly TheoryData<string> Faulty =
    [
        "a)",
        "(a",
        "\"a",
        "and a",
        "a and",
        "a or (",
        "a | b",
        "model:",
        "model > x",
        "duration > soon",
        "tokens: x",
        "tokens in [1 x]",
        "tokens in [1 5",
        "model in [1 2]",
        "nonsense: x",
        "statsu: x",
        "input: #\"a b\"",
        "not #\"a b\"",
        "*a",
        "a*；",
        "a:b:c > 1",
        "> 1",
        "__tag__:x",
        "score.: 1",
        "score.a:",
        "score.a > b",
        "score.a: #\"b c\"",
        "score.a: b*",
        "score.a: b or c",
        "not (score.a: b c)",
        "score.a: 1 score.b: 1 score.c: 1 score.d: 1 score.e: 1 score.f: 1",
        new string('a', 65) + "*",
        new string('a', 4001),
        new string('(', 60) + "a" + new string(')', 60),
        string.Join(' ', Enumerable.Repeat("a", 101)),
    ];

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Every_fault_has_its_words(string line) =>
        Assert.Contains(Assert.Throws<QueryException>(() => QueryLine.Parse(line)).Reason.Format, Translated);
}
