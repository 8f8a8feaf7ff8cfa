using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Scripted;

/// <summary>Serves the scripted model in OpenAI's wire format: whole and streamed answers, tool calls, usage, 429, output limits.</summary>
internal sealed class ScriptedModelEndpoint(IOptions<ScriptedModelOptions> options, TimeProvider time)
{
    public const string Path = "/scripted-model/v1";

    // How often a request was refused so far; it leaves when it is served.
    private readonly ConcurrentDictionary<string, int> _refused = new();

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost($"{Path}/chat/completions", (ScriptedModelEndpoint model, HttpContext context) => model.CompleteAsync(context));

    private async Task CompleteAsync(HttpContext context)
    {
        ScriptedRequest request;
        try
        {
            request = ScriptedWire.Read(await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            await WriteErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_request_error", exception.Message);
            return;
        }

        var reply = ScriptedModel.Reply(request);
        if (Refuses(reply.Faults))
        {
            context.Response.Headers.RetryAfter = "1";
            await WriteErrorAsync(
                context,
                StatusCodes.Status429TooManyRequests,
                "rate_limit_exceeded",
                "Rate limit reached for scripted-sql-1. Please try again in 1s."
            );
            return;
        }

        await PauseAsync(reply.Faults.Thinking, context.RequestAborted);
        var completion = ScriptedWire.Complete(request, reply, time.GetUtcNow());
        if (request.Stream)
        {
            await StreamAsync(context, request, completion);
        }
        else
        {
            await PauseAsync(TimeSpan.FromMilliseconds(2 * completion.OutputTokens), context.RequestAborted);
            await context.Response.WriteAsJsonAsync(ScriptedWire.Whole(completion), Spans.Json, context.RequestAborted);
        }
    }

    private bool Refuses(ScriptedFaults faults)
    {
        var key = faults.Task + faults.Question;
        if (_refused.AddOrUpdate(key, 1, (_, count) => count + 1) <= faults.Refusals)
        {
            return true;
        }

        _refused.TryRemove(key, out _);
        return false;
    }

    private async Task StreamAsync(HttpContext context, ScriptedRequest request, ScriptedCompletion completion)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (var chunk in ScriptedWire.Chunks(completion, request.StreamUsage))
        {
            await context.Response.WriteAsync($"data: {chunk.ToJsonString(Spans.Json)}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await PauseAsync(TimeSpan.FromMilliseconds(15), context.RequestAborted);
        }

        await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
    }

    private Task PauseAsync(TimeSpan span, CancellationToken cancellationToken) =>
        options.Value.Pace == 0 ? Task.CompletedTask : Task.Delay(span * options.Value.Pace, time, cancellationToken);

    private static Task WriteErrorAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new
            {
                error = new
                {
                    message,
                    type = code,
                    code,
                },
            },
            context.RequestAborted
        );
    }
}
