using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest;
using LlmObs.Ingest.Langfuse;
using Microsoft.Extensions.Options;

namespace LlmObs.Tests.Ingest.Langfuse;

public sealed class EventMergeTests
{
    private static readonly string[] Types = ["span-create", "span-update", "generation-create", "generation-update", "trace-create", "event-create"];

    /// <summary>Events of few ids, few times and few values, so that they collide in every way.</summary>
    private static readonly Gen<JsonObject> AnyEvent =
        from id in Gen.Int[0, 30]
        from type in Pick(Types)
        from second in Gen.Int[0, 5]
        from of in Gen.Int[0, 2]
        from body in AnyBody
        select new JsonObject
        {
            ["id"] = $"e{id}-{type}-{second}-{of}",
            ["type"] = type,
            ["timestamp"] = $"2026-11-23T07:26:0{second}.000Z",
            ["body"] = With(
                body,
                type == "trace-create" ? "t"
                    : of == 0 ? "t"
                    : $"o{of}"
            ),
        };

    private static Gen<string?> Pick(params string?[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<JsonObject> AnyBody =>
        from name in Pick(null, "a", "b")
        from input in Pick(null, "\"x\"", "{\"y\":1}", "null")
        from metadata in Pick(null, "{\"a\":{\"b\":1}}", "{\"a\":2}", "{\"a\":{\"c\":3},\"d\":[1]}", "\"text\"", "{\"a\":{}}")
        from start in Gen.Int[0, 3]
        from end in Gen.Int[0, 3]
        from tag in Pick(null, "p", "q")
        select new JsonObject
        {
            ["name"] = name,
            ["input"] = input is null ? null : JsonNode.Parse(input),
            ["metadata"] = metadata is null ? null : JsonNode.Parse(metadata),
            ["startTime"] = start == 0 ? null : $"2026-11-23T07:26:0{start}.500Z",
            ["endTime"] = end == 0 ? null : $"2026-11-23T07:26:0{end + 3}.500Z",
            ["tags"] = tag is null ? null : new JsonArray(tag),
        };

    [Fact]
    public void Gives_the_same_spans_in_any_order_any_batches_and_any_repetition() =>
        Gen.Select(AnyEvent.Array[1, 12], Gen.Int, Gen.Int[1, 5], Gen.Int[0, 6])
            .Sample(
                (events, seed, batchSize, repeats) =>
                {
                    var random = new Random(seed);
                    var shuffled = events.Concat(Enumerable.Range(0, repeats).Select(_ => events[random.Next(events.Length)])).ToArray();
                    random.Shuffle(shuffled);

                    Assert.Equal(Spans(events.Chunk(1)), Spans(shuffled.Chunk(batchSize)));
                },
                iter: 3000
            );

    [Fact]
    public void Takes_the_latest_word_and_keeps_the_first_start()
    {
        var span = Merge(
            Event(
                "u",
                "generation-update",
                2,
                """{"id":"o","traceId":"t","output":"late","startTime":"2026-11-23T09:00:00Z","level":null,"metadata":{"a":{"c":2}}}"""
            ),
            Event(
                "c",
                "generation-create",
                3,
                """{"id":"o","traceId":"t","output":"early","name":"n","startTime":"2026-11-23T07:26:01Z","level":"WARNING","metadata":{"a":{"b":1}}}"""
            )
        )["o"];

        Assert.Equal("late", span.Content.Output);
        Assert.Equal("n", span.Span.Name);
        Assert.Equal(IngestionEvent.Micros("2026-11-23T07:26:01Z") * 1000, span.Span.StartUnixNano);
        using var attributes = span.Content.Attributes.Parse();
        Assert.Equal("WARNING", attributes.RootElement.GetProperty("langfuse.observation.level").GetString());
        Assert.Equal("""{"b":1,"c":2}""", attributes.RootElement.GetProperty("langfuse.observation.metadata.a").GetString());
    }

    [Fact]
    public void Keeps_a_traces_name_when_a_later_event_leaves_it_out_and_unites_tags()
    {
        var root = Merge(
            Event("1", "trace-create", 1, """{"id":"t","name":"text2sql","tags":["b","a"],"sessionId":"s","userId":"u","input":"question"}"""),
            Event("2", "trace-create", 2, """{"id":"t","output":{"answer":42},"tags":["c"]}""")
        )["t"];

        Assert.Equal(("text2sql", "s", "u"), (root.Span.Name, root.Span.SessionId, root.Span.UserId));
        Assert.Equal(["a", "b", "c"], root.Span.Tags);
        Assert.Equal(("question", """{"answer":42}"""), (root.Content.Input, root.Content.Output));
        Assert.Equal(SpanKind.Workflow, root.Span.Kind);
    }

    [Fact]
    public void Makes_the_trace_of_an_observation_whose_trace_was_never_sent()
    {
        var spans = Merge(
            Event(
                "1",
                "span-create",
                1,
                """{"id":"o","traceId":"t","name":"step","startTime":"2026-11-23T07:26:01Z","endTime":"2026-11-23T07:26:03Z"}"""
            )
        );

        Assert.Equal("t", spans["o"].Span.ParentSpanId);
        Assert.Equal(("step", 2000.0), (spans["t"].Span.Name, spans["t"].Span.DurationMs));
    }

    [Fact]
    public void Makes_one_root_of_a_trace_and_an_observation_with_one_id()
    {
        var spans = Merge(
            Event("1", "trace-create", 1, """{"id":"t","name":"chain","userId":"u"}"""),
            Event("2", "chain-create", 1, """{"id":"t","traceId":"t","name":"RunnableSequence","startTime":"2026-11-23T07:26:01Z"}"""),
            Event("3", "generation-create", 1, """{"id":"g","traceId":"t","parentObservationId":"t","startTime":"2026-11-23T07:26:01Z"}""")
        );

        Assert.Equal(2, spans.Count);
        Assert.Equal((null, SpanKind.Chain, "u"), (spans["t"].Span.ParentSpanId, spans["t"].Span.Kind, spans["t"].Span.UserId));
        Assert.Equal("t", spans["g"].Span.ParentSpanId);
    }

    [Theory]
    [InlineData("""{"id":"e","type":"span-create","timestamp":"2026-11-23T07:26:21Z"}""", "body")]
    [InlineData("""{"id":"e","type":"span-create","timestamp":"yesterday","body":{}}""", "timestamp")]
    [InlineData("""{"id":"e","timestamp":"2026-11-23T07:26:21Z","body":{}}""", "type")]
    [InlineData("""{"id":"e","type":"dataset-run-item-create","timestamp":"2026-11-23T07:26:21Z","body":{}}""", "dataset-run-item-create")]
    [InlineData("""{"id":"e","type":"span-create","timestamp":"2026-11-23T07:26:21Z","body":{"id":5}}""", "body.id")]
    [InlineData("""{"id":"e","type":"span-create","timestamp":"2026-11-23T07:26:21Z","body":{"startTime":"noon"}}""", "body.startTime")]
    public void Names_what_is_wrong_with_an_event(string sent, string names)
    {
        using var document = JsonDocument.Parse(sent);
        var (e, id, fault) = IngestionEvent.Read(document.RootElement);
        fault ??= EventFields.Read(e!).Fault;

        Assert.Equal("e", id);
        Assert.Contains(names, fault, StringComparison.Ordinal);
    }

    private static JsonObject Event(string id, string type, int second, string body) =>
        new()
        {
            ["id"] = id,
            ["type"] = type,
            ["timestamp"] = $"2026-11-23T07:26:0{second}.000Z",
            ["body"] = JsonNode.Parse(body),
        };

    private static JsonObject With(JsonObject body, string id)
    {
        body["id"] = id;
        body["traceId"] = "t";
        return body;
    }

    private static Dictionary<string, SpanRecord> Merge(params JsonObject[] events) =>
        MergeBatches(events.Chunk(100)).ToDictionary(record => record.Span.SpanId);

    private static string Spans(IEnumerable<JsonObject[]> batches) => JsonSerializer.Serialize(MergeBatches(batches));

    // As the store does: each batch merged in itself, then into what is there.
    private static List<SpanRecord> MergeBatches(IEnumerable<JsonObject[]> batches)
    {
        var merged = new SortedDictionary<string, UpdatedFields>(StringComparer.Ordinal);
        foreach (var batch in batches)
        {
            foreach (var same in batch.SelectMany(Fields).GroupBy(fields => fields.SpanId))
            {
                var news = same.Aggregate((a, b) => a.With(b));
                merged[same.Key] = merged.TryGetValue(same.Key, out var before) ? before.With(news) : news.With(news);
            }
        }

        var mapper = new ObservationMapper(Options.Create(new IngestOptions()));
        return [.. merged.Values.Select(mapper.Map)];
    }

    private static IReadOnlyList<UpdatedFields> Fields(JsonObject sent)
    {
        using var document = JsonDocument.Parse(sent.ToJsonString());
        var (e, _, fault) = IngestionEvent.Read(document.RootElement);
        Assert.Null(fault);
        var (fields, bodyFault) = EventFields.Read(e!);
        Assert.Null(bodyFault);
        return fields;
    }
}
