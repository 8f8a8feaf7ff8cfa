using System.Globalization;
using System.Text;
using LlmObs.Sls;

namespace LlmObs.Sls.Emulator.Bench;

/// <summary>Logs of spans, about 3 KB each, half of it Chinese, five to a trace; the same number gives the same log.</summary>
internal static class SampleSpans
{
    public const string Project = "bench";

    /// <summary>Unix seconds of the first span: eight days ago, so that a million lie in the past and none is old enough to be dropped.</summary>
    public static readonly long Begin = new DateTimeOffset(TimeProvider.System.GetUtcNow().Date.AddDays(-8), TimeSpan.Zero).ToUnixTimeSeconds();

    private const int SpansATrace = 5;
    private const int TextLength = 1500;
    private static readonly string[] Services = ["gateway", "retriever", "agent", "billing"];
    private static readonly string[] Kinds = ["llm", "tool", "retriever", "chain", "embedding"];
    private static readonly string[] Words = Vocabulary(
        4000,
        random => Word(random, ["ra", "to", "mi", "sel", "con", "er", "in", "que", "log", "dat"])
    );
    private static readonly string[] Chinese = Vocabulary(6000, ChineseWord);

    /// <summary>Unix seconds after the last of so many spans: a million are a week.</summary>
    public static long End(long count) => TimeOf(count) + 1;

    public static SlsLog At(long number)
    {
        var random = new Random(unchecked((int)(number * 7919 + 17)));
        var trace = number / SpansATrace;
        var time = TimeOf(number);
        var start = time * 1_000_000 + random.Next(1_000_000);
        var duration = (long)(3_000_000 * Math.Pow(random.NextDouble(), 3));
        var (input, output) = (random.Next(4000), random.Next(1000));
        var isError = random.Next(50) == 0;
        var prompt = Text(random, TextLength * 2 / 3);
        var answer = Text(random, TextLength / 3);
        Mention(prompt, number % 20_000 == 77, "needle7f3a");
        Mention(prompt, random.Next(10) < 3, "timeout");
        Mention(answer, random.Next(10) == 0, "retry");
        Mention(prompt, random.Next(1000) == 0, "订单查询失败");
        Mention(answer, random.Next(1000) == 0, "connection reset by peer");
        return new SlsLog(
            (uint)time,
            0,
            [
                new("project", Project),
                new("traceID", $"{trace * 2654435761 % 1_000_000_007:x16}{trace:x16}"),
                new("spanID", $"{number:x16}"),
                new("parentSpanID", number % SpansATrace == 0 ? "" : $"{trace * SpansATrace:x16}"),
                new("service", Services[random.Next(Services.Length)]),
                new("name", $"chat {Words[random.Next(20)]}"),
                new("kind", "client"),
                new("start", Number(start)),
                new("end", Number(start + duration)),
                new("duration", Number(duration)),
                new("statusCode", isError ? "ERROR" : "OK"),
                new("status", isError ? "error" : "ok"),
                new("spanKind", Kinds[(int)(number % SpansATrace)]),
                new("model", $"qwen-{random.Next(5)}"),
                new("provider", "dashscope"),
                new("operation", "chat"),
                new("inputTokens", Number(input)),
                new("outputTokens", Number(output)),
                new("totalTokens", Number(input + output)),
                new("cost", (input * 0.000002).ToString("F6", CultureInfo.InvariantCulture)),
                new("ttft", (random.NextDouble() * 900).ToString("F1", CultureInfo.InvariantCulture)),
                new("sessionId", $"session-{trace / 7}"),
                new("userId", $"user-{random.Next(2000)}"),
                new("environment", "prod"),
                new("question", prompt.ToString(0, 60)),
                new("prompt", prompt.ToString()),
                new("output", answer.ToString()),
                new("attribute", $$"""{"gen_ai":{"request":{"top_p":{{random.Next(10)}}},"agent":"copilot {{random.Next(9)}}"} }"""),
                new("version", "1"),
                new("receivedMinute", Number(time / 60)),
                new("spanHash", Number(number * 7919 % 1_000_003)),
            ]
        );
    }

    private static long TimeOf(long number) => Begin + number * 6 / 10;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static StringBuilder Text(Random random, int length)
    {
        var text = new StringBuilder(length + 100);
        while (text.Length < length)
        {
            if (random.Next(2) == 0)
            {
                text.Append("select ").Append(Pick(random, Words)).Append(" from ").Append(Pick(random, Words)).Append(" where id = ");
                text.Append(random.Next(100_000)).Append("; ");
            }
            for (var i = random.Next(8, 20); i > 0; i--)
            {
                text.Append(Pick(random, Words)).Append(' ');
            }
            for (var i = random.Next(20, 60); i > 0; i--)
            {
                text.Append(Pick(random, Chinese)).Append(i % 5 == 0 ? "，" : "");
            }
            text.Append("。\n");
        }
        return text;
    }

    private static void Mention(StringBuilder text, bool does, string words)
    {
        if (does)
        {
            text.Append(' ').Append(words).Append(' ');
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
