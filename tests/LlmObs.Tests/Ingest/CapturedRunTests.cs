using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;
using LlmObs.Ingest.Otlp;

namespace LlmObs.Tests.Ingest;

/// <summary>What real libraries sent, against what the model service really did.</summary>
public sealed class CapturedRunTests
{
    public static TheoryData<string> GenAiRuns => [.. CapturedRun.Names("otel-openai", "dotnet-meai")];

    public static TheoryData<string> AllRuns => [.. CapturedRun.Names()];

    [Theory, MemberData(nameof(AllRuns))]
    public void Keeps_every_span(string name)
    {
        var run = CapturedRun.Load(name);
        Assert.Equal(run.UniqueSpans, run.Spans().Count);
    }

    [Theory, MemberData(nameof(AllRuns))]
    public void Reads_every_metrics_request(string name) =>
        Assert.All(
            CapturedRun.Load(name).Bodies.Where(body => body.Signal == "metrics"),
            body => Assert.Null(OtlpSignals.Metrics.Read(body.Sequence, body.IsJson).Error)
        );

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Finds_the_kind_of_every_span(string name)
    {
        var run = CapturedRun.Load(name);
        Assert.All(
            run.Spans(),
            record =>
            {
                var expected = run.ExpectedKinds.GetProperty(record.Span.RawName).GetString()!;
                Assert.Contains(record.Span.Kind.Word(), expected.Split('|'));
            }
        );
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Counts_each_model_call_once(string name)
    {
        var run = CapturedRun.Load(name);
        var totals = run.Truth.GetProperty("payload_totals");
        var usage = TraceRollup.Summarise([.. run.Spans().Select(record => record.Span)]).Usage!;
        Assert.Equal(totals.GetProperty("input_tokens").GetInt64(), usage.InputTokens);
        Assert.Equal(totals.GetProperty("output_tokens").GetInt64(), usage.OutputTokens);
        Assert.Equal(totals.GetProperty("cached_input_tokens").GetInt64(), usage.CachedInputTokens ?? 0);
        Assert.Equal(totals.GetProperty("reasoning_tokens").GetInt64(), usage.ReasoningTokens ?? 0);
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Knows_what_every_model_call_was(string name)
    {
        var run = CapturedRun.Load(name);
        var spans = run.Merged().ToDictionary(record => record.Span.SpanId);
        foreach (var call in run.Truth.GetProperty("calls").EnumerateArray())
        {
            var (span, content) = spans[call.GetProperty("span").GetProperty("span_id").GetString()!];
            Assert.Equal("openai", span.Provider);
            Assert.Equal(call.GetProperty("model_requested").GetString(), span.RequestedModel);
            if (call.GetProperty("status").GetInt32() != 200)
            {
                Assert.Equal(SpanStatus.Error, span.Status);
                Assert.NotNull(span.ErrorType);
                continue;
            }

            Assert.NotEqual(SpanStatus.Error, span.Status);
            Assert.Equal(call.GetProperty("model_served").GetString(), span.Model);
            Assert.Equal(call.GetProperty("usage").GetProperty("prompt_tokens").GetInt64(), span.Usage!.InputTokens);
            if (call.TryGetProperty("finish_reason", out var finish))
            {
                Assert.Equal([finish.GetString()!], span.FinishReasons);
                Assert.Contains(content.Messages, message => message is { Direction: "input", Role: "user" });
                Assert.Contains(content.Messages, message => message is { Direction: "output", Role: "assistant" });
            }
        }
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Tells_who_asked_and_where(string name)
    {
        var run = CapturedRun.Load(name);
        var spans = run.Spans().Select(record => record.Span).ToList();
        var root = Assert.Single(spans, span => span.ParentSpanId is null);
        Assert.Equal(run.Truth.GetProperty("session").GetString(), root.SessionId);
        Assert.Equal(run.Truth.GetProperty("user").GetString(), root.UserId);
        Assert.All(
            spans,
            span =>
            {
                Assert.Equal("nl2sql-copilot", span.Service);
                Assert.Equal(run.Truth.GetProperty("environment").GetString(), span.Environment);
                Assert.Equal(run.Truth.GetProperty("release").GetString(), span.Release);
            }
        );
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Tells_every_error_with_its_message(string name)
    {
        var run = CapturedRun.Load(name);
        var expected = run
            .Errors.EnumerateArray()
            .Select(error => (error.GetProperty("name").GetString()!, error.GetProperty("message").GetString()!));
        var found = run.Spans()
            .Where(record => record.Span.Status == SpanStatus.Error)
            .Select(record => (record.Span.RawName, record.Span.StatusMessage ?? ""));
        Assert.Equal(expected.Order(), found.Order());
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Reads_tools_and_documents(string name)
    {
        var spans = CapturedRun.Load(name).Spans();
        var schema = spans.Single(record => record.Span.Name == "get_table_schema").Content;
        var tool = Assert.Single(schema.Tools);
        Assert.Equal("call_schema_01", tool.CallId);
        Assert.Contains("fact_order", tool.Arguments.Text!, StringComparison.Ordinal);
        Assert.StartsWith("CREATE TABLE", tool.Result, StringComparison.Ordinal);
        Assert.StartsWith("CREATE TABLE", schema.Output, StringComparison.Ordinal);

        var retrieval = spans.Single(record => record.Span.Kind == SpanKind.Retriever).Content;
        Assert.NotEmpty(retrieval.RetrievalQuery!);
        Assert.Equal(("kb-0007", 0.9132), (retrieval.Documents[0].Id, retrieval.Documents[0].Score));
        Assert.NotEmpty(retrieval.Documents[0].Content!);
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Puts_a_conversation_with_a_tool_in_order(string name)
    {
        var run = CapturedRun.Load(name);
        var generate = run
            .Truth.GetProperty("calls")
            .EnumerateArray()
            .Single(call => call.TryGetProperty("step", out var step) && step.GetString() == "generate");
        var spanId = generate.GetProperty("span").GetProperty("span_id").GetString();
        var messages = run.Merged().Single(record => record.Span.SpanId == spanId).Content.Messages;

        Assert.Equal(["system", "user", "assistant", "tool", "assistant"], messages.Select(message => message.Role));
        var call = Assert.Single(messages[2].Parts, part => part.Type == "tool_call");
        Assert.Equal(("call_schema_01", "get_table_schema"), (call.Id, call.Name));
        Assert.StartsWith("{", call.Arguments.Text!.TrimStart(), StringComparison.Ordinal);
        var result = Assert.Single(messages[3].Parts, part => part.Type == "tool_result");
        Assert.Equal("call_schema_01", result.Id);
        Assert.Equal("stop", messages[4].FinishReason);
    }

    [Theory, MemberData(nameof(GenAiRuns))]
    public void Says_the_system_prompt_once(string name) =>
        Assert.All(CapturedRun.Load(name).Merged(), record => Assert.True(record.Content.Messages.Count(message => message.Role == "system") <= 1));

    [Theory]
    [InlineData("otel-openai.http-json", "otel-openai.http-protobuf")]
    [InlineData("otel-openai.http-protobuf", "otel-openai.grpc")]
    [InlineData("dotnet-meai.http-protobuf", "dotnet-meai.grpc")]
    public void Reads_the_same_from_every_encoding(string first, string second) => Assert.Equal(Fingerprints(first), Fingerprints(second));

    // Two runs differ in ids, times and ports, and in nothing else.
    private static List<string> Fingerprints(string name) =>
        [
            .. CapturedRun
                .Load(name)
                .Merged()
                .Select(record => (record.Span, record.Content))
                .Select(pair =>
                    string.Join(
                        '|',
                        pair.Span.RawName,
                        pair.Span.Name,
                        pair.Span.Kind,
                        pair.Span.Status,
                        pair.Span.StatusMessage,
                        pair.Span.RequestedModel,
                        pair.Span.Model,
                        pair.Span.Usage,
                        string.Join(',', pair.Span.FinishReasons),
                        pair.Span.SessionId,
                        pair.Span.UserId,
                        pair.Span.Question,
                        pair.Content.Parameters,
                        string.Join(
                            '¶',
                            pair.Content.Messages.Select(message => $"{message.Direction}/{message.Role}/{string.Join('§', message.Parts)}")
                        ),
                        string.Join('¶', pair.Content.Documents),
                        string.Join('¶', pair.Content.Tools)
                    )
                )
                .Order(StringComparer.Ordinal),
        ];
}
