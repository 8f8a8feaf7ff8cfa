using System.Text.Json;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Traces;

namespace LlmObs.Tests.Ingest;

/// <summary>Every capture of every dialect, span by span, against what the model service really did and what the payload really carries.</summary>
public sealed class MappingOfCapturesTests
{
    public static TheoryData<string> Runs => [.. CapturedRun.Names()];

    [Theory, MemberData(nameof(Runs))]
    public void Kind_of_every_span(string name)
    {
        var run = CapturedRun.Load(name);
        var wrong = run.Spans().Select(record => record.Span).Where(span => !Allowed(run.ExpectedKinds, span.RawName).Contains(span.Kind.Word()));
        Assert.Equal([], wrong.Select(span => $"{span.RawName}: {span.Kind.Word()}").Distinct());
    }

    [Theory, MemberData(nameof(Runs))]
    public void Tokens_and_model_of_every_call(string name)
    {
        var run = CapturedRun.Load(name);
        var spans = run.Merged().ToDictionary(record => record.Span.SpanId, record => record.Span);
        foreach (var call in Calls(run))
        {
            var span = spans[call.GetProperty("span").GetProperty("span_id").GetString()!];
            if (call.GetProperty("status").GetInt32() != 200)
            {
                Assert.Equal((SpanStatus.Error, null), (span.Status, span.Usage?.OutputTokens is > 0 ? span.Usage : null));
                Assert.False(string.IsNullOrEmpty(span.StatusMessage));
                continue;
            }

            var carries = call.GetProperty("span").GetProperty("carries");
            var usage = call.GetProperty("usage");
            Assert.NotEqual(SpanStatus.Error, span.Status);
            Assert.Equal(Said(carries, "input_tokens", Count(usage, "prompt_tokens")), span.Usage?.InputTokens);
            Assert.Equal(
                Said(carries, "output_tokens", Count(usage, "completion_tokens")),
                span.Usage?.OutputTokens is 0 && span.Kind == SpanKind.Embedding ? null : span.Usage?.OutputTokens
            );
            Assert.Equal(
                Said(carries, "cached_tokens", Count(usage, "prompt_tokens_details", "cached_tokens")) ?? 0,
                span.Usage?.CachedInputTokens ?? 0
            );
            Assert.Equal(
                Said(carries, "reasoning_tokens", Count(usage, "completion_tokens_details", "reasoning_tokens")) ?? 0,
                span.Usage?.ReasoningTokens ?? 0
            );

            var (requested, served) = (call.GetProperty("model_requested").GetString(), call.GetProperty("model_served").GetString());
            Assert.Equal(Is(carries, "model_served") ? served : requested, span.DisplayModel);
            if (Is(carries, "model_requested"))
            {
                Assert.Equal(requested, span.RequestedModel);
            }
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void Words_of_every_conversation(string name)
    {
        var run = CapturedRun.Load(name);
        var records = run.Merged().ToDictionary(record => record.Span.SpanId);
        foreach (var call in Calls(run).Where(call => call.GetProperty("status").GetInt32() == 200 && call.TryGetProperty("finish_reason", out _)))
        {
            var (span, content) = records[call.GetProperty("span").GetProperty("span_id").GetString()!];
            Assert.Contains(
                content.Messages,
                message => message is { Direction: "input", Role: "user" } && message.Parts.Any(part => part.Content is { Length: > 0 })
            );
            var answer = content.Messages[^1];
            Assert.Equal(("output", "assistant"), (answer.Direction, answer.Role));
            Assert.Single(content.Messages, message => message.Role == "system");
            if (call.GetProperty("finish_reason").GetString() == "tool_calls")
            {
                var asked = answer.Parts.Single(part => part.Type == "tool_call");
                Assert.Equal("get_table_schema", asked.Name);
                Assert.Contains("fact_order", asked.Arguments.Text!, StringComparison.Ordinal);
                // OpenTelemetry's instrumentation of OpenAI sends no definitions.
                Assert.Equal(
                    !name.StartsWith("otel-openai", StringComparison.Ordinal),
                    content.Tools.Any(tool => tool.Name == "get_table_schema" && !tool.Parameters.IsNull)
                );
            }
            else
            {
                Assert.Contains(answer.Parts, part => part is { Type: "text", Content.Length: > 0 });
            }

            Assert.False(string.IsNullOrEmpty(span.Question));
            Assert.Equal("openai", span.Provider ?? "openai");
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void Roll_up_counts_each_call_once(string name)
    {
        var run = CapturedRun.Load(name);
        var usage = Summary(run).Usage!;
        Assert.Equal(Total(run, "input_tokens"), usage.InputTokens);
        Assert.Equal(Total(run, "output_tokens"), usage.OutputTokens);
        Assert.Equal(Total(run, "cached_input_tokens"), usage.CachedInputTokens ?? 0);
        Assert.Equal(Total(run, "reasoning_tokens"), usage.ReasoningTokens ?? 0);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Session_user_environment_and_release(string name)
    {
        var run = CapturedRun.Load(name);
        var trace = Summary(run);
        var carried = run.Truth.GetProperty("carried_by");
        Assert.Equal(run.Truth.GetProperty("session").GetString(), trace.SessionId);
        Assert.Equal(run.Truth.GetProperty("user").GetString(), trace.UserId);
        Assert.Equal(
            carried.GetProperty("environment").EnumerateObject().Any() ? run.Truth.GetProperty("environment").GetString() : "default",
            trace.Environment
        );
        Assert.Equal(run.Truth.GetProperty("release").GetString(), trace.Release);
        Assert.Equal("nl2sql-copilot", trace.Service);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Every_error_with_its_message(string name)
    {
        var run = CapturedRun.Load(name);
        var failed = run.Merged().Select(record => record.Span).Where(span => span.Status == SpanStatus.Error).ToList();
        // Langfuse says failures of generations by level, not by OTLP's status: the run's list of errors lacks those.
        var byLevel = Calls(run)
            .Where(call => call.GetProperty("status").GetInt32() != 200 && call.GetProperty("span").GetProperty("status_code").GetInt32() != 2)
            .Select(call => call.GetProperty("span").GetProperty("span_id").GetString()!)
            .ToHashSet();
        Assert.Superset(byLevel, failed.Select(span => span.SpanId).ToHashSet());
        Assert.Equal(
            run.Errors.EnumerateArray().Select(error => (error.GetProperty("name").GetString()!, error.GetProperty("message").GetString()!)).Order(),
            failed.Where(span => !byLevel.Contains(span.SpanId)).Select(span => (span.RawName, span.StatusMessage ?? "")).Order()
        );
    }

    [Theory, MemberData(nameof(Runs))]
    public void Tools_with_arguments_and_results(string name)
    {
        var tools = CapturedRun.Load(name).Spans().Where(record => record.Span.Kind == SpanKind.Tool).ToList();
        var schema = tools.Single(record => record.Span.Name == "get_table_schema").Content;
        var ran = Assert.Single(schema.Tools);
        using var arguments = JsonDocument.Parse(ran.Arguments.Text!);
        Assert.Equal("fact_order", arguments.RootElement.GetProperty("tables")[0].GetString());
        Assert.StartsWith("CREATE TABLE", ran.Result, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Requests_and_spans_are_all_there(string name)
    {
        var run = CapturedRun.Load(name);
        Assert.Equal(run.Requests, run.Bodies.Count);
        Assert.Equal(run.UniqueSpans, run.Spans().Count);
    }

    [Theory, MemberData(nameof(Runs))]
    public void Every_retriever_shows_what_it_found(string name) =>
        Assert.All(
            CapturedRun.Load(name).Spans().Where(record => record.Span.Kind == SpanKind.Retriever),
            record =>
            {
                Assert.Equal(("kb-0007", 0.9132), (record.Content.Documents[0].Id, record.Content.Documents[0].Score));
                Assert.NotEmpty(record.Content.Documents[0].Content!);
            }
        );

    private static TraceSummary Summary(CapturedRun run) => TraceRollup.Summarise([.. run.Merged().Select(record => record.Span)]);

    private static IEnumerable<JsonElement> Calls(CapturedRun run) =>
        run
            .Truth.GetProperty("calls")
            .EnumerateArray()
            .Where(call => call.TryGetProperty("span", out var span) && span.ValueKind == JsonValueKind.Object);

    // "agent|chain|llm(usage not counted)": what stands in parentheses is for the reader.
    private static IEnumerable<string> Allowed(JsonElement kinds, string span) =>
        kinds.GetProperty(span).GetString()!.Split('|').Select(word => word.Split('(')[0]);

    private static long Total(CapturedRun run, string key)
    {
        var total = run.Truth.GetProperty("payload_totals").GetProperty(key).GetInt64();
        // Generations that the application wrote by hand: no model call of the service, but calls in the payload.
        return run.Truth.TryGetProperty("extra_generations", out var extra)
            ? total + extra.EnumerateArray().Sum(generation => Count(generation, key) ?? 0)
            : total;
    }

    private static bool Is(JsonElement carries, string key) => carries.TryGetProperty(key, out var said) && said.GetBoolean();

    private static long? Said(JsonElement carries, string key, long? count) => Is(carries, key) ? count : null;

    private static long? Count(JsonElement element, params string[] path)
    {
        foreach (var key in path)
        {
            if (!element.TryGetProperty(key, out element))
            {
                return null;
            }
        }

        return element.GetInt64();
    }
}
