using Google.Protobuf.Collections;
using LlmObs.Ingest.Otlp.Protos;
using static LlmObs.Ingest.Otlp.Protos.AnyValue;

namespace LlmObs.Ingest.Mapping;

/// <summary>Embedding vectors in attributes: thousands of numbers that nobody reads and nobody searches. The first few are kept, and how many there were is noted.</summary>
internal static class Vectors
{
    private const int Kept = 64;

    public static void Cut(RepeatedField<KeyValue> attributes, Cleaning cleaning)
    {
        foreach (var attribute in attributes)
        {
            if (IsVector(attribute.Key) && attribute.Value is { } value && Cut(value) is var numbers and > Kept)
            {
                cleaning.Note($"{attribute.Key}: kept the first {Kept} of {numbers} numbers.");
            }
        }
    }

    private static bool IsVector(string key) =>
        key.EndsWith(".vector", StringComparison.Ordinal) || key.EndsWith(".embeddings", StringComparison.Ordinal) || key is "ai.embedding";

    // Numbers as an array, as JSON text, or a list of either. Returns the longest's count.
    private static int Cut(AnyValue value)
    {
        switch (value.ValueCase)
        {
            case ValueOneofCase.StringValue when value.StringValue.StartsWith('['):
                var (text, count) = Cut(value.StringValue);
                value.StringValue = text;
                return count;
            case ValueOneofCase.ArrayValue
                when value.ArrayValue.Values.All(item => item.ValueCase is ValueOneofCase.DoubleValue or ValueOneofCase.IntValue):
                var numbers = value.ArrayValue.Values.Count;
                while (value.ArrayValue.Values.Count > Kept)
                {
                    value.ArrayValue.Values.RemoveAt(value.ArrayValue.Values.Count - 1);
                }

                return numbers;
            case ValueOneofCase.ArrayValue:
                return value.ArrayValue.Values.Select(Cut).DefaultIfEmpty().Max();
            default:
                return 0;
        }
    }

    private static (string Text, int Count) Cut(string text)
    {
        var end = 0;
        var count = 1;
        for (var comma = text.IndexOf(',', StringComparison.Ordinal); comma >= 0; comma = text.IndexOf(',', comma + 1))
        {
            if (count++ == Kept)
            {
                end = comma;
            }
        }

        return end == 0 ? (text, 0) : ($"{text[..end]}]", count);
    }
}
