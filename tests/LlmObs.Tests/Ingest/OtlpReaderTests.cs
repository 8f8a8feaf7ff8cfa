using System.Buffers;
using System.Text;
using CsCheck;
using Google.Protobuf;
using LlmObs.Ingest;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Ingest.Otlp.Reading;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest;

public sealed class OtlpReaderTests
{
    private static readonly SpanMapper Mapper = new(Options.Create(new IngestOptions()), TimeProvider.System);

    [Fact]
    public void Never_throws_on_bytes() =>
        Gen
            .Byte.Array[0, 400]
            .Sample(bytes =>
            {
                foreach (var isJson in (bool[])[false, true])
                {
                    OtlpSignals.Traces.Read(new(bytes), isJson);
                    OtlpSignals.Logs.Read(new(bytes), isJson);
                    OtlpSignals.Metrics.Read(new(bytes), isJson);
                }
            });

    [Theory]
    [InlineData("otel-openai.http-json")]
    [InlineData("dotnet-meai.http-protobuf")]
    public void Never_throws_on_a_real_body_with_bytes_changed(string run)
    {
        var body = CapturedRun.Load(run).Bodies[0];
        Gen.Select(Gen.Int[0, body.Bytes.Length - 1], Gen.Byte)
            .Array[1, 8]
            .Sample(
                changes =>
                {
                    var bytes = body.Bytes.ToArray();
                    foreach (var (at, value) in changes)
                    {
                        bytes[at] = value;
                    }

                    if (OtlpSignals.Traces.Read(new(bytes), body.IsJson).Request is { } request)
                    {
                        Mapper.Map(request.ResourceSpans);
                    }
                },
                iter: 300
            );
    }

    [Theory]
    [InlineData("otel-openai.http-json")]
    [InlineData("dotnet-meai.http-protobuf")]
    public void Never_throws_on_a_real_body_cut_short(string run)
    {
        var body = CapturedRun.Load(run).Bodies[0];
        Gen.Int[0, body.Bytes.Length - 1].Sample(length => OtlpSignals.Traces.Read(new(body.Bytes, 0, length), body.IsJson), iter: 300);
    }

    [Fact]
    public void Reads_JSON_as_it_reads_protobuf_and_across_segments()
    {
        var json = CapturedRun.Load("otel-openai.http-json").Bodies[0];
        var read = OtlpSignals.Traces.Read(json.Sequence, isJson: true).Request!;
        var throughProtobuf = OtlpSignals.Traces.Read(new(read.ToByteArray()), isJson: false).Request!;
        Assert.Equal(read, throughProtobuf);
        Assert.Equal(read, OtlpSignals.Traces.Read(Segmented(json.Bytes, 7), isJson: true).Request);
        Assert.Equal(read, OtlpSignals.Traces.Read(Segmented(throughProtobuf.ToByteArray(), 7), isJson: false).Request);
    }

    [Fact]
    public void Reads_every_form_that_senders_use()
    {
        var span = One(
            """
            {"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"t61raxaSAzE=","parentSpanId":"","name":"ü","kind":"SPAN_KIND_CLIENT","unknownName":{"a":[1,{}]},
             "startTimeUnixNano":"1795421229000000001","endTimeUnixNano":1795421229000000002,"status":{"code":"STATUS_CODE_ERROR"},"events":null,
             "attributes":[{"key":"int text","value":{"intValue":"9007199254740993"}},{"key":"int","value":{"intValue":-7}},{"key":"nothing","value":{}},{"key":"no value"},
              {"key":"nan","value":{"doubleValue":"NaN"}},{"key":"bytes","value":{"bytesValue":"_-8"}},
              {"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]}}]}}}]}
            """
        );
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Convert.ToHexStringLower(span.TraceId.Span));
        Assert.Equal("b7ad6b6b16920331", Convert.ToHexStringLower(span.SpanId.Span));
        Assert.Equal((Span.Types.SpanKind.Client, Status.Types.StatusCode.Error), (span.Kind, span.Status.Code));
        Assert.Equal((1795421229000000001UL, 1795421229000000002UL), (span.StartTimeUnixNano, span.EndTimeUnixNano));
        var attributes = new AttributeMap(span.Attributes);
        Assert.Equal(
            """{"int text":9007199254740993,"int":-7,"nan":"NaN","bytes":"/+8=","list":["a",{"k":true}]}""",
            AttributeJson.Write(attributes).Text
        );
    }

    [Fact]
    public void Keeps_text_with_half_a_surrogate_pair_or_bytes_that_are_no_UTF_8()
    {
        var body = Encoding.UTF8.GetBytes("""{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"half \ud83d, whole \ud83d\ude00, bad X"}]}]}]}""");
        body[body.AsSpan().IndexOf("X"u8)] = 0xC3;
        var name = OtlpJsonReader.ReadTraces(new(body)).Request!.ResourceSpans[0].ScopeSpans[0].Spans[0].Name;
        Assert.Equal("half \uFFFD, whole 😀, bad \uFFFD", Cleaning.Clean(name));
    }

    [Fact]
    public void Refuses_JSON_nested_without_end()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"arrayValue":{"values":[""", 5000));
        var read = OtlpJsonReader.ReadTraces(
            new(Encoding.UTF8.GetBytes("""{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":""" + deep))
        );
        Assert.Contains("depth", read.Error, StringComparison.Ordinal);
    }

    private static Span One(string json) =>
        OtlpJsonReader
            .ReadTraces(new(Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{json}}]}]}]}""")))
            .Request!.ResourceSpans[0]
            .ScopeSpans[0]
            .Spans[0];

    private static ReadOnlySequence<byte> Segmented(byte[] bytes, int size)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(size, bytes.Length)), 0);
        var last = first;
        for (var at = size; at < bytes.Length; at += size)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
