using CsCheck;
using Google.Protobuf;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class PackedGroupTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("packed").FullName;

    // Up to some chunks, the group's own fields before, between and behind the logs.
    private static readonly Gen<byte[]> Groups = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 40_000])
        .Array[0, 12]
        .Select(parts => parts.SelectMany((part, i) => Part(part.Item1, part.Item2, i).ToByteArray()).ToArray());

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_group_comes_back_as_it_was_written() =>
        Groups.Sample(group => Assert.Equal(group, PackedGroup.Unpack(PackedGroup.Pack(group))), iter: 100, threads: 1);

    [Fact]
    public void Each_log_is_read_alone() =>
        Groups.Sample(
            group =>
            {
                var written = LogGroup.Parser.ParseFrom(group);
                var at = Write(PackedGroup.Pack(group));
                using var file = File.OpenHandle(Segment);
                var stored = StoredGroup.Read(file, at);

                Assert.Equal((written.Topic, written.Source), (stored.Origin.Topic, stored.Origin.Source));
                Assert.Equal(written.LogTags.Select(tag => (tag.Key.ToStringUtf8(), tag.Value.ToStringUtf8())), stored.Origin.Tags);
                foreach (var index in Enumerable.Range(0, written.Logs.Count).Reverse())
                {
                    Assert.Equal(written.Logs[index], stored.Log(index));
                }
            },
            iter: 30,
            threads: 1
        );

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(PackedGroup.HeadBytes + 5)]
    [InlineData(PackedGroup.HeadBytes + 2 * PackedGroup.RowBytes + 20)]
    public void Damage_is_noticed_where_a_log_is_read(int damaged)
    {
        var payload = PackedGroup.Pack(Enumerable.Range(0, 2).SelectMany(i => Part(0, 30_000, i).ToByteArray()).ToArray());
        payload[damaged] ^= 0x40;
        var at = Write(payload);
        using var file = File.OpenHandle(Segment);

        Assert.Throws<InvalidDataException>(() => StoredGroup.Read(file, at).Log(0));
    }

    private string Segment => Path.Combine(directory, "0000000001.log");

    private LogPosition Write(byte[] payload)
    {
        using var log = new ShardLog(directory, (path, offset, bytes) => Assert.Fail($"{path} is damaged at {offset}: {bytes} bytes"));
        var at = log.End;
        log.AppendPacked(0, 1, 1000, payload);
        return at;
    }

    private static LogGroup Part(int kind, int length, int number) =>
        kind switch
        {
            0 or 1 => new LogGroup
            {
                Logs =
                {
                    new Log
                    {
                        Time = (uint)number,
                        Contents =
                        {
                            new Log.Types.Content
                            {
                                Key = Text("text"),
                                Value = Text(string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + i * number % 26)))),
                            },
                        },
                    },
                },
            },
            2 => new LogGroup { Topic = $"topic {number}", Source = "here" },
            _ => new LogGroup
            {
                LogTags =
                {
                    new LogTag { Key = Text("tag"), Value = Text($"{number}") },
                },
            },
        };

    private static ByteString Text(string text) => ByteString.CopyFromUtf8(text);
}
