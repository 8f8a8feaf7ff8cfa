using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Quality;

/// <summary>A model endpoint on a port of its own that replies what a test says, in OpenAI's form.</summary>
public sealed class FakeModel : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeModel(WebApplication app)
    {
        this.app = app;
        app.MapPost("/v1/chat/completions", AnswerAsync);
        app.MapPost("/v1/embeddings", EmbedAsync);
    }

    public Uri Endpoint => new($"{app.Urls.First()}/v1");

    /// <summary>What was asked: system and user text, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public Func<string, string> Reply { get; set; } = _ => """{"score": 0.9, "reason": "fine"}""";

    /// <summary>Statuses of the next calls; 200 when there is none.</summary>
    public ConcurrentQueue<int> Statuses { get; } = new();

    public static async Task<FakeModel> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var model = new FakeModel(builder.Build());
        await model.app.StartAsync();
        return model;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        var text = string.Join('\n', body["messages"]!.AsArray().Select(Content));
        Asked.Enqueue(text);
        if (Statuses.TryDequeue(out var status) && status != 200)
        {
            return Results.Json(new { error = new { message = "not now", type = "fake" } }, statusCode: status);
        }

        return Results.Json(
            new
            {
                id = "chatcmpl-1",
                @object = "chat.completion",
                created = 1,
                model = "fake",
                choices = new[]
                {
                    new
                    {
                        index = 0,
                        message = new { role = "assistant", content = Reply(text) },
                        finish_reason = "stop",
                    },
                },
                usage = new
                {
                    prompt_tokens = 10,
                    completion_tokens = 5,
                    total_tokens = 15,
                },
            }
        );
    }

    private static async Task<IResult> EmbedAsync(HttpRequest request)
    {
        var body = (await JsonNode.ParseAsync(request.Body))!;
        var vectors = body["input"]!
            .AsArray()
            .Select(
                (text, index) =>
                    new
                    {
                        @object = "embedding",
                        index,
                        // Letters as a vector: the same text is the same direction. OpenAI's client asks for base64.
                        embedding = Convert.ToBase64String(Letters((string)text!).SelectMany(BitConverter.GetBytes).ToArray()),
                    }
            )
            .ToArray();
        return Results.Json(
            new
            {
                @object = "list",
                data = vectors,
                model = "fake-embedding",
                usage = new { prompt_tokens = 4, total_tokens = 4 },
            }
        );
    }

    private static float[] Letters(string text) => [.. Enumerable.Range('a', 26).Select(letter => (float)text.Count(c => c == letter))];

    private static string Content(JsonNode? message) =>
        message!["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part!["text"])) : (string?)message["content"] ?? "";
}
