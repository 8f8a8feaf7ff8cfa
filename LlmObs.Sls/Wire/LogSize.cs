using Google.Protobuf;

namespace LlmObs.Sls.Wire;

/// <summary>How many bytes logs are as protobuf, as <see cref="LogGroupWriter"/> writes them.</summary>
internal static class LogSize
{
    // Every field has a number below 16.
    private const int Tag = 1;
    private const int Fixed32 = 4;

    /// <summary>A group with its logs.</summary>
    public static int Of(SlsLogGroup group) => OfFrame(group) + group.Logs.Sum(Of);

    /// <summary>A log as it stands in a group.</summary>
    public static int Of(SlsLog log) => OfMember(OfMessage(log));

    /// <summary>A group without its logs.</summary>
    public static int OfFrame(SlsLogGroup group) => OfText(group.Topic) + OfText(group.Source) + (group.Tags ?? []).Sum(tag => OfMember(OfPair(tag)));

    /// <summary>A log by itself.</summary>
    public static int OfMessage(SlsLog log)
    {
        var size = Tag + CodedOutputStream.ComputeUInt32Size(log.Time) + (log.TimeNanos == 0 ? 0 : Tag + Fixed32);
        foreach (var pair in log.Contents)
        {
            size += OfMember(OfPair(pair));
        }

        return size;
    }

    /// <summary>A key and its value by themselves.</summary>
    public static int OfPair(KeyValuePair<string, string> pair) => OfText(pair.Key) + OfText(pair.Value);

    private static int OfMember(int size) => Tag + CodedOutputStream.ComputeLengthSize(size) + size;

    private static int OfText(string text) => Tag + CodedOutputStream.ComputeStringSize(text);
}
