using System.Text.Json;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Bench.Bodies;

/// <summary>Real prompt text in Chinese and English: the passages of every captured trace and of the sample copilot's prompts, each once.</summary>
internal sealed class Passages
{
    private const int Shortest = 24;
    private const int Longest = 400;

    private readonly string[] texts;

    private Passages(string[] texts) => this.texts = texts;

    public int Count => texts.Length;

    public static Passages Load()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var captured in CapturedBodies.Traces())
        {
            foreach (var span in captured.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans))
            {
                foreach (var attribute in span.Attributes.Concat(span.Events.SelectMany(happened => happened.Attributes)))
                {
                    AddValue(found, attribute.Value);
                }
            }
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "prompts")).Order())
        {
            AddText(found, File.ReadAllText(file));
        }

        return new([.. found.Order(StringComparer.Ordinal)]);
    }

    /// <summary>So much text, no passage of it twice, so that compressing one span is not flattered.</summary>
    /// <param name="utf8Bytes">Reached within the length of a passage.</param>
    public string Take(Random random, int utf8Bytes)
    {
        var start = random.Next(texts.Length);
        var step = Step(random);
        var taken = new System.Text.StringBuilder();
        for (int i = 0, size = 0; i < texts.Length && size < utf8Bytes; i++)
        {
            var passage = texts[(start + (int)((long)i * step % texts.Length)) % texts.Length];
            taken.Append(passage).Append('\n');
            size += System.Text.Encoding.UTF8.GetByteCount(passage) + 1;
        }

        return taken.ToString();
    }

    // A step that shares no divisor with the count visits every passage once.
    private int Step(Random random)
    {
        while (true)
        {
            var step = random.Next(1, texts.Length);
            if (Gcd(step, texts.Length) == 1)
            {
                return step;
            }
        }
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);

    private static void AddValue(HashSet<string> found, AnyValue? value)
    {
        if (value?.StringValue is not { Length: >= Shortest } text)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            AddJson(found, document.RootElement);
        }
        catch (JsonException)
        {
            AddText(found, text);
        }
    }

    private static void AddJson(HashSet<string> found, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                AddText(found, element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    AddJson(found, item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    AddJson(found, member.Value);
                }

                break;
        }
    }

    private static void AddText(HashSet<string> found, string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Length is >= Shortest and <= Longest)
            {
                found.Add(line);
            }
        }
    }
}
