using System.Globalization;
using CsCheck;
using Google.Protobuf;
using K4os.Compression.LZ4;
using LlmObs.Sls;
using LlmObs.Sls.Wire;
using LlmObs.Sls.Wire.Proto;
using static LlmObs.Tests.Sls.SlsFixtures;

namespace LlmObs.Tests.Sls;

public sealed class SlsBodyTests
{
    private static readonly Gen<SlsLog> Logs =
        from time in Gen.UInt
        from nanos in Gen.UInt[0, 999_999_999]
        from contents in Gen.Select(
            Gen.String[Gen.Char.AlphaNumeric, 1, 20],
            Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['一', '龥'], Gen.Const('\n')), 0, 200],
            KeyValuePair.Create
        ).List[0, 8]
        select new SlsLog(time, nanos, contents);

    [Fact]
    public void Packs_a_group_that_unpacks_to_the_same()
    {
        Logs.List[0, 20]
            .Sample(logs =>
            {
                var group = new SlsLogGroup(logs, "topic", "10.0.0.7", [new("batch_id", "b")]);
                var body = SlsBody.Of(group);
                var raw = SlsBody.Decompress(body.Bytes.ToArray(), body.Compression, body.RawSize);
                var read = LogGroup.Parser.ParseFrom(raw);

                Assert.Equal(
                    ("topic", "10.0.0.7", "batch_id", "b"),
                    (read.Topic, read.Source, read.LogTags.Single().Key, read.LogTags.Single().Value)
                );
                Assert.Equal(raw, read.ToByteArray());
                Assert.Equal(logs.Count, read.Logs.Count);
                foreach (var (log, copy) in logs.Zip(read.Logs))
                {
                    Assert.Equal((log.Time, log.TimeNanos), (copy.Time, copy.TimeNs));
                    Assert.Equal(log.Contents, copy.Contents.Select(content => KeyValuePair.Create(content.Key, content.Value)));
                }
            });
    }

    [Fact]
    public void Reads_what_official_clients_wrote()
    {
        var lz4 = 0;
        foreach (var exchange in Read("put-logs.json").GetProperty("exchanges").EnumerateArray())
        {
            var request = exchange.GetProperty("request");
            var headers = request
                .GetProperty("headers")
                .EnumerateArray()
                .ToDictionary(header => header[0].GetString()!, header => header[1].GetString()!, StringComparer.OrdinalIgnoreCase);
            var raw = SlsBody.Decompress(
                request.GetProperty("bodyBase64").GetBytesFromBase64(),
                headers.GetValueOrDefault("x-log-compresstype"),
                int.Parse(headers["x-log-bodyrawsize"], CultureInfo.InvariantCulture)
            );
            var group = LogGroup.Parser.ParseFrom(raw);
            var meaning = exchange.GetProperty("meaning").GetProperty("body");

            Assert.Equal(Text(meaning, "Topic"), group.Topic);
            foreach (var (expected, log) in meaning.GetProperty("Logs").EnumerateArray().Zip(group.Logs))
            {
                Assert.Equal(expected.GetProperty("Time").GetUInt32(), log.Time);
                Assert.Equal(
                    expected.GetProperty("Contents").EnumerateArray().Select(content => (Text(content, "Key"), Text(content, "Value"))),
                    log.Contents.Select(content => (content.Key, content.Value))
                );
            }

            lz4 += headers.ContainsKey("x-log-compresstype") ? 1 : 0;
        }

        Assert.True(lz4 > 0, "No captured request was compressed.");
    }

    [Fact]
    public void Refuses_an_answer_that_is_not_the_size_it_says()
    {
        var packed = new byte[LZ4Codec.MaximumOutputSize(5)];
        var length = LZ4Codec.Encode("hello"u8, packed);

        Assert.Equal("hello"u8.ToArray(), SlsBody.Decompress(packed[..length], "lz4", 5));
        Assert.Throws<FormatException>(() => SlsBody.Decompress(packed[..length], "lz4", 6));
        Assert.Throws<FormatException>(() => SlsBody.Decompress(packed[..length], "lz4", null));
        Assert.Throws<FormatException>(() => SlsBody.Decompress(packed[..length], "zstd", 5));
    }
}
