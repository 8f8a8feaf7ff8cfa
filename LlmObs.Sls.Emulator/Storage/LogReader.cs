using Google.Protobuf;
using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Reads single logs out of the groups of the shard log.</summary>
internal static class LogReader
{
    /// <summary>Logs in the order asked for; each group is read once while its logs follow one another.</summary>
    /// <exception cref="FileNotFoundException">One of them has aged out.</exception>
    public static IEnumerable<(IndexedLog At, Log Log, LogOrigin Origin)> Read(ShardLog shards, IEnumerable<IndexedLog> logs)
    {
        LogPosition? at = null;
        Group? group = null;
        foreach (var log in logs)
        {
            if (at != log.Place.Group)
            {
                at = log.Place.Group;
                group = new Group(shards.ReadGroup(log.Place.Group));
            }
            yield return (log, group!.Log(log.Place.Index), group.Origin);
        }
    }

    /// <summary>A group of which only the logs asked for are decoded: there may be thousands.</summary>
    private sealed class Group
    {
        private readonly byte[] bytes;
        private readonly List<(int Start, int Length)> logs = [];

        public Group(byte[] bytes)
        {
            this.bytes = bytes;
            var rest = new LogGroup();
            using var input = new CodedInputStream(bytes);
            while (input.ReadTag() is > 0 and var tag)
            {
                switch (WireFormat.GetTagFieldNumber(tag))
                {
                    case LogGroup.LogsFieldNumber:
                        var before = (int)input.Position;
                        input.SkipLastField();
                        var end = (int)input.Position;
                        logs.Add((before, end - before));
                        break;
                    case LogGroup.TopicFieldNumber:
                        rest.Topic = input.ReadString();
                        break;
                    case LogGroup.SourceFieldNumber:
                        rest.Source = input.ReadString();
                        break;
                    case LogGroup.LogTagsFieldNumber:
                        rest.LogTags.Add(LogTag.Parser.ParseFrom(input.ReadBytes()));
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }
            Origin = RawLog.Origin(rest);
        }

        public LogOrigin Origin { get; }

        public Log Log(int index)
        {
            using var input = new CodedInputStream(bytes, logs[index].Start, logs[index].Length);
            var log = new Log();
            input.ReadMessage(log);
            return log;
        }
    }
}
