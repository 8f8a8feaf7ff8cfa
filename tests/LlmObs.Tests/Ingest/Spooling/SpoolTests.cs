using System.Security.Cryptography;
using LlmObs.Ingest.Spooling;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest.Spooling;

public sealed class SpoolTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly string directory = Directory.CreateTempSubdirectory("llmobs-spool-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_back_what_it_took_in_order_after_a_restart()
    {
        var records = Records(20);
        using (var spool = Open(segmentBytes: 4096))
        {
            await AppendAsync(spool, records);
            Assert.Equal((20, Noon), (spool.Status.Records, spool.Status.OldestAt));
        }

        using var again = Open(segmentBytes: 4096);
        Assert.Equal((20, Noon), (again.Status.Records, again.Status.OldestAt));
        Assert.True(Segments().Length > 2);
        Assert.Equal(records, await DrainAsync(again));
        Assert.Empty(Segments());
        Assert.Equal((0, 0, null), (again.Status.Records, again.Status.Bytes, again.Status.OldestAt));
    }

    [Fact]
    public async Task Loses_only_the_torn_end_at_whatever_byte_the_process_was_killed()
    {
        var records = Records(3, bytes: 30);
        using (var spool = Open())
        {
            await AppendAsync(spool, records);
        }

        var whole = await File.ReadAllBytesAsync(Segments().Single(), Token);
        var frame = whole.Length / 3;
        for (var length = 0; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Path.Combine(directory, "1", "000000000001.spool"), whole[..length], Token);
            using var spool = Open();
            // What follows a torn record is not harmed by it.
            await AppendAsync(spool, [records[0]]);
            Assert.Equal([.. records[..(length / frame)], records[0]], await DrainAsync(spool));
        }
    }

    [Fact]
    public async Task Loses_only_the_record_in_which_a_bit_has_flipped()
    {
        var records = Records(3, bytes: 30);
        using (var spool = Open())
        {
            await AppendAsync(spool, records);
        }

        var whole = await File.ReadAllBytesAsync(Segments().Single(), Token);
        var frame = whole.Length / 3;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            await File.WriteAllBytesAsync(Path.Combine(directory, "1", "000000000001.spool"), damaged, Token);
            using var spool = Open();
            Assert.Equal(records.Where((_, index) => index != bit / 8 / frame), await DrainAsync(spool));
        }
    }

    [Fact]
    public async Task Takes_zeros_for_no_record()
    {
        Directory.CreateDirectory(Path.Combine(directory, "1"));
        await File.WriteAllBytesAsync(Path.Combine(directory, "1", "000000000001.spool"), new byte[4096], Token);
        using var spool = Open();
        Assert.Equal(0, spool.Status.Records);
    }

    [Fact]
    public async Task Refuses_what_does_not_fit_and_keeps_what_did()
    {
        var records = Records(3, bytes: 1000);
        using var spool = Open(maxBytes: 2500);
        await AppendAsync(spool, records[..2]);
        await Assert.ThrowsAsync<SpoolFullException>(() => AppendAsync(spool, [records[2]]));

        Assert.Equal(records[..2], await DrainAsync(spool));
        await AppendAsync(spool, [records[2]]);
        Assert.Equal(records[2..], await DrainAsync(spool));
    }

    [Fact]
    public async Task Takes_records_while_it_drains()
    {
        var records = Records(3);
        using var spool = Open();
        await AppendAsync(spool, records[..2]);
        var taken = (await spool.TakeOldestAsync(Token))!;
        await AppendAsync(spool, records[2..]);
        Assert.Equal(records[..2], taken.Records);
        spool.Delete(taken);

        Assert.Equal(records[2..], await DrainAsync(spool));
    }

    [Fact]
    public async Task Keeps_processes_apart_and_takes_over_what_one_left()
    {
        var records = Records(2);
        using (var first = Open())
        {
            using var second = Open();
            await AppendAsync(first, records[..1]);
            await AppendAsync(second, records[1..]);
            Assert.Equal((1, 1), (first.Status.Records, second.Status.Records));
        }

        using var only = Open();
        Assert.Equal(records.Select(Convert.ToHexString).Order(), (await DrainAsync(only)).Select(Convert.ToHexString).Order());
    }

    [Fact]
    public async Task Says_that_there_is_no_spool_where_nothing_can_be_written()
    {
        var file = Path.Combine(directory, "file");
        await File.WriteAllTextAsync(file, "", Token);
        using var spool = new Spool(Options.Create(new SpoolOptions { Directory = file }), new Nowhere(), NullLogger<Spool>.Instance);
        Assert.NotNull(spool.Status.Fault);
        await Assert.ThrowsAsync<SpoolFullException>(() => AppendAsync(spool, Records(1)));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private Spool Open(long maxBytes = 1 << 20, int segmentBytes = 1 << 20) =>
        new(
            Options.Create(
                new SpoolOptions
                {
                    Directory = directory,
                    MaxBytes = maxBytes,
                    SegmentBytes = segmentBytes,
                }
            ),
            new Nowhere(),
            NullLogger<Spool>.Instance
        );

    private string[] Segments() => Directory.GetFiles(Path.Combine(directory, "1"), "*.spool");

    /// <summary>Random bytes behind a header like the codec's, so that their age can be told.</summary>
    private static byte[][] Records(int count, int bytes = 700) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => (byte[])[1, .. BitConverter.GetBytes(Noon.ToUnixTimeMilliseconds()), .. RandomNumberGenerator.GetBytes(bytes)]),
        ];

    private static async Task AppendAsync(Spool spool, IEnumerable<byte[]> records)
    {
        foreach (var record in records)
        {
            await spool.AppendAsync(record, Noon, Token);
        }
    }

    private static async Task<IReadOnlyList<byte[]>> DrainAsync(Spool spool)
    {
        var drained = new List<byte[]>();
        while (await spool.TakeOldestAsync(Token) is { } segment)
        {
            drained.AddRange(segment.Records);
            spool.Delete(segment);
        }

        return drained;
    }

    private sealed class Nowhere : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "";
        public string ApplicationName { get; set; } = "";
        public string ContentRootPath { get; set; } = "";
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
