using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>The copilot's own spans. Model calls and tool calls get theirs from Microsoft.Extensions.AI, under the same source.</summary>
internal static class Spans
{
    private static readonly ActivitySource Default = new("SqlCopilot");

    /// <summary>What starts a span: the source of the span it belongs to, which is its release's.</summary>
    public static ActivitySource Source => Activity.Current?.Source ?? Default;

    // Chinese stays Chinese: escapes would hide it from whoever reads or searches the telemetry.
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs one step of the pipeline as a sub-workflow with its input, output and failure on the span.</summary>
    public static async Task<T> StepAsync<T>(string name, object input, Func<Task<T>> work)
    {
        using var span = StartWorkflow(Source, name, default);
        span?.SetTag(Tags.Input, Text(input));
        try
        {
            var output = await work();
            span?.SetTag(Tags.Output, Text(output));
            return output;
        }
        catch (Exception exception)
        {
            span.Fail(exception);
            throw;
        }
    }

    public static Activity? StartWorkflow(ActivitySource source, string name, ActivityContext caller) =>
        source.StartActivity(name, ActivityKind.Internal, caller)?.SetTag(Tags.Operation, "invoke_workflow").SetTag(Tags.WorkflowName, name);

    /// <param name="message">One line for the span's status, where the exception's own message is longer.</param>
    public static void Fail(this Activity? span, Exception exception, string? message = null)
    {
        span?.SetStatus(ActivityStatusCode.Error, message ?? exception.Message);
        span?.SetTag(Tags.ErrorType, Failures.TypeOf(exception));
        span?.AddException(exception, timestamp: TimeShift.Now);
    }

    public static string Text(object? value) => value as string ?? JsonSerializer.Serialize(value, Json);
}
