using System.Globalization;
using System.Text;

namespace LlmObs.Sls.Emulator.Bench;

/// <summary>Logs of about 3 KB, half of it Chinese; the same number gives the same log.</summary>
internal static class SampleLogs
{
    public const string Index = """
        {
          "line": { "token": [",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "/", ":", "\n"], "chn": true },
          "keys": {
            "service": { "type": "text", "doc_value": true, "token": [" "] },
            "message": { "type": "text", "token": [",", " ", "'", "\"", ";", "=", "(", ")", "[", "]", "{", "}", "?", "/", ":", "\n"], "chn": true },
            "status": { "type": "long", "doc_value": true },
            "latency": { "type": "double", "doc_value": true },
            "attribute": { "type": "json", "token": [" ", "/"], "chn": true, "index_all": true, "max_depth": -1 }
          }
        }
        """;

    public const long Begin = 1_765_000_000;
    public const long Seconds = 86_400;
    private static readonly string[] Services = ["gateway", "retriever", "agent", "billing"];
    private static readonly string[] Words = Vocabulary(
        4000,
        random => Word(random, ["ra", "to", "mi", "sel", "con", "er", "in", "que", "log", "dat"])
    );
    private static readonly string[] Chinese = Vocabulary(6000, random => ChineseWord(random));

    public static SlsLog At(long number, long count)
    {
        var random = new Random(unchecked((int)(number * 7919 + 17)));
        var message = new StringBuilder();
        while (message.Length < 1750)
        {
            if (random.Next(2) == 0)
            {
                message.Append("select ").Append(Pick(random, Words)).Append(" from ").Append(Pick(random, Words)).Append(" where id = ");
                message.Append(random.Next(100_000)).Append("; ");
            }
            for (var i = random.Next(8, 24); i > 0; i--)
            {
                message.Append(Pick(random, Words)).Append(' ');
            }
            for (var i = random.Next(4, 16); i > 0; i--)
            {
                message.Append(Pick(random, Chinese)).Append(i % 5 == 0 ? "，" : "");
            }
            message.Append("。\n");
        }
        Mention(message, number % 20_000 == 77, "needle7f3a");
        Mention(message, random.Next(10) < 3, "timeout");
        Mention(message, random.Next(10) == 0, "retry");
        Mention(message, random.Next(1000) == 0, "订单查询失败");
        Mention(message, random.Next(1000) == 0, "connection reset by peer");
        var status = random.Next(50) == 0 ? 500 : 200;
        var time = Begin + number * Seconds / count;
        return new SlsLog(
            (uint)time,
            0,
            [
                new("service", Services[random.Next(Services.Length)]),
                new("message", message.ToString()),
                new("status", status.ToString(CultureInfo.InvariantCulture)),
                new("latency", (random.NextDouble() * 3000).ToString("F1", CultureInfo.InvariantCulture)),
                new("attribute", $$$"""{"gen_ai":{"request":{"model":"qwen-{{{random.Next(5)}}}"},"input_tokens":{{{random.Next(4000)}}} } }"""),
            ]
        );
    }

    private static void Mention(StringBuilder message, bool does, string text)
    {
        if (does)
        {
            message.Append(' ').Append(text).Append(' ');
        }
    }

    // Few words are frequent and most are rare, as in language.
    private static string Pick(Random random, string[] words) => words[(int)(words.Length * Math.Pow(random.NextDouble(), 3))];

    private static string[] Vocabulary(int size, Func<Random, string> word)
    {
        var random = new Random(size);
        return [.. Enumerable.Range(0, size).Select(_ => word(random))];
    }

    private static string Word(Random random, string[] syllables) =>
        string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => syllables[random.Next(syllables.Length)]));

    private static string ChineseWord(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => (char)(0x4E00 + (int)(3000 * Math.Pow(random.NextDouble(), 2)))));
}
