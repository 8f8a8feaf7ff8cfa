using System.Text;

namespace LlmObs.Sls.Wire;

/// <summary>How large logs are as protobuf, at most: by counting, without writing them.</summary>
internal static class LogSize
{
    // A tag of one byte and a length of up to five.
    private const int Prefix = 6;
    private const int TimeAndNanos = 11;

    public static int Of(SlsLog log) => Prefix + TimeAndNanos + log.Contents.Sum(OfPair);

    /// <summary>A group without its logs.</summary>
    public static int OfFrame(SlsLogGroup group) => OfText(group.Topic) + OfText(group.Source) + (group.Tags ?? []).Sum(OfPair);

    private static int OfPair(KeyValuePair<string, string> pair) => Prefix + OfText(pair.Key) + OfText(pair.Value);

    private static int OfText(string text) => Prefix + Encoding.UTF8.GetByteCount(text);
}
