using CsCheck;
using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Spooling;
using LlmObs.Tests.TraceLog;

namespace LlmObs.Tests.Ingest.Spooling;

public sealed class SpoolCodecTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Brings_back_every_span_as_it_was() =>
        GenSpans
            .Any.List[0, 5]
            .Sample(
                spans => _ = AssertSame(new(new(7, "shop")) { Spans = [.. spans.Select(span => new SpanRecord(span, SpanContent.Empty))] }),
                iter: 100
            );

    [Fact]
    public void Brings_back_late_contents_updates_and_scores()
    {
        var batch = new SpooledBatch(new(7, "shop"))
        {
            LateContents =
            [
                new(
                    "t",
                    "s",
                    "k",
                    new("e", 1, new("""{"a":[1,"二"]}""")),
                    [new("input", "user", [MessagePart.Text("hi")])],
                    [new("find")],
                    new(1, null),
                    "E",
                    "m",
                    ["stop"]
                ),
            ],
            Updates =
            [
                new("t", "s", [new("name", false, new(true, 5, "e1"), new("\"n\"")), new("start", true, new(false, 4, "e0"), new("1"))], true),
            ],
            Scores = [new("id", "t", null, null, "r", "ok", ScoreType.Boolean, 0, null, "no", "api", 12, JsonText.EmptyObject)],
        };
        var back = AssertSame(batch);
        Assert.Equal(ScoreType.Boolean, back.Scores.Single().Type);
        Assert.False(back.Updates[0].Fields[0].KeepsFirst);
    }

    [Fact]
    public void Keeps_a_cost_that_was_computed_apart_from_one_that_was_said()
    {
        var span = new Span
        {
            TraceId = "t",
            SpanId = "s",
            Name = "n",
            StartUnixNano = 1,
            DurationNano = 0,
            Cost = new(1, 2, 3, "CNY", Provided: false),
        };
        var back = AssertSame(new(new(1, "p")) { Spans = [new(span, SpanContent.Empty) { Revision = 3 }] });
        Assert.False(back.Spans[0].Span.Cost!.Provided);
        Assert.Equal(3, back.Spans[0].Revision);
    }

    [Fact]
    public void Says_when_it_was_received_without_reading_the_rest() =>
        Assert.Equal(Noon, SpoolCodec.ReceivedAt(SpoolCodec.Encode(new(new(1, "p")), Noon)));

    [Fact]
    public void Refuses_what_a_later_version_wrote()
    {
        var record = SpoolCodec.Encode(new(new(1, "p")), Noon);
        record[0]++;
        Assert.Throws<InvalidDataException>(() => SpoolCodec.Decode(record));
    }

    [Fact]
    public void Never_throws_anything_else_at_bytes() =>
        Gen
            .Byte.Array[0, 200]
            .Sample(bytes =>
            {
                try
                {
                    SpoolCodec.Decode([1, .. bytes]);
                }
                catch (InvalidDataException)
                {
                    // As it should.
                }
            });

    // Records hold lists, which compare by reference; their text does not.
    private static SpooledBatch AssertSame(SpooledBatch batch)
    {
        var back = SpoolCodec.Decode(SpoolCodec.Encode(batch, Noon));
        Assert.Equivalent(batch, back, strict: true);
        return back;
    }
}
