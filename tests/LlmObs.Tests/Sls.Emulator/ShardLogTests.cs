using System.Globalization;
using System.Text;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class ShardLogTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("shardlog").FullName;
    private readonly List<(string File, long Offset, long Bytes)> damage = [];

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(30)]
    public void Steps_over_a_damaged_entry_and_says_where(int at)
    {
        var starts = Write("first", "second", "third");
        Flip(starts[1] + at);

        using var log = Open();

        Assert.Equal(["first", "third"], Contents(log, log.End));
        Assert.Contains(("0000000001.log", starts[1], starts[2] - starts[1]), damage);
    }

    [Fact]
    public void Steps_over_damage_at_the_end_of_a_closed_segment()
    {
        var starts = Write("first", "second");
        using (var log = Open())
        {
            log.StartSegment(2);
            log.Append(0, 3, 1000, "third"u8);
            log.Flush();
        }
        Flip(starts[1] + 25);

        using var reopened = Open();

        Assert.Equal(["first", "third"], Contents(reopened, reopened.End));
        Assert.Equal(("0000000001.log", starts[1]), (damage[^1].File, damage[^1].Offset));
    }

    [Fact]
    public void Cuts_a_torn_entry_without_calling_it_damage()
    {
        var starts = Write("first", "second");
        using (var file = File.OpenWrite(Segment))
        {
            file.SetLength(starts[1] + 20);
        }

        using var log = Open();

        Assert.Equal(["first"], Contents(log, log.End));
        Assert.Equal(starts[1], log.End.Offset);
        Assert.Empty(damage);
    }

    [Fact]
    public void Reads_no_further_than_what_is_acknowledged()
    {
        using var log = Open();
        log.Append(7, 1, 1234, "first"u8);
        var acknowledged = log.End;
        log.Append(8, 2, 1235, "second"u8);

        var entry = Assert.Single(log.Read(log.Begin, acknowledged));
        Assert.Equal((7, 1L, 1234L), (entry.Shard, entry.FirstSequence, entry.ReceivedUnixMs));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Segment => Path.Combine(directory, 1.ToString("D10", CultureInfo.InvariantCulture) + ".log");

    private ShardLog Open() => new(directory, Report);

    private void Report(string path, long offset, long bytes) => damage.Add((Path.GetFileName(path), offset, bytes));

    private List<long> Write(params string[] contents)
    {
        using var log = Open();
        var starts = new List<long>();
        foreach (var content in contents)
        {
            starts.Add(log.End.Offset);
            log.Append(0, starts.Count, 1000, Encoding.UTF8.GetBytes(content));
        }
        log.Flush();
        return starts;
    }

    private void Flip(long offset)
    {
        var bytes = File.ReadAllBytes(Segment);
        bytes[offset] ^= 0x40;
        File.WriteAllBytes(Segment, bytes);
    }

    private List<string> Contents(ShardLog log, LogPosition until) =>
        [.. log.Read(log.Begin, until, Report).Select(entry => Encoding.UTF8.GetString(entry.Payload))];
}
