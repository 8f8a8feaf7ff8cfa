using Google.Protobuf;

namespace LlmObs.Sls.Wire;

/// <summary>Writes a group as protobuf (sls_logs.proto) from its logs: as message objects a batch would be thousands of them, one for each field.</summary>
internal static class LogGroupWriter
{
    /// <param name="output">With room for <see cref="LogSize.Of(SlsLogGroup)"/>.</param>
    public static void Write(SlsLogGroup group, CodedOutputStream output)
    {
        foreach (var log in group.Logs)
        {
            output.WriteTag(Proto.LogGroup.LogsFieldNumber, WireFormat.WireType.LengthDelimited);
            output.WriteLength(LogSize.OfMessage(log));
            WriteLog(log, output);
        }

        WriteText(Proto.LogGroup.TopicFieldNumber, group.Topic, output);
        WriteText(Proto.LogGroup.SourceFieldNumber, group.Source, output);
        foreach (var tag in group.Tags ?? [])
        {
            // Keys and values of tags have the numbers of those of contents.
            WritePair(Proto.LogGroup.LogTagsFieldNumber, tag, output);
        }
    }

    private static void WriteLog(SlsLog log, CodedOutputStream output)
    {
        output.WriteTag(Proto.Log.TimeFieldNumber, WireFormat.WireType.Varint);
        output.WriteUInt32(log.Time);
        foreach (var content in log.Contents)
        {
            WritePair(Proto.Log.ContentsFieldNumber, content, output);
        }

        if (log.TimeNanos != 0)
        {
            output.WriteTag(Proto.Log.TimeNsFieldNumber, WireFormat.WireType.Fixed32);
            output.WriteFixed32(log.TimeNanos);
        }
    }

    private static void WritePair(int field, KeyValuePair<string, string> pair, CodedOutputStream output)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(LogSize.OfPair(pair));
        WriteText(Proto.Log.Types.Content.KeyFieldNumber, pair.Key, output);
        WriteText(Proto.Log.Types.Content.ValueFieldNumber, pair.Value, output);
    }

    private static void WriteText(int field, string text, CodedOutputStream output)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }
}
