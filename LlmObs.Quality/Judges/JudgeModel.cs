using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LlmObs.Domain.Evaluators;
using LlmObs.Quality.Evaluation;
using LlmObs.Storage.Evaluators;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenTelemetry;

namespace LlmObs.Quality.Judges;

/// <summary>One model that judges: within its budget, a few calls at a time, and never paid twice for one question. Each call is a trace of the stack's own project.</summary>
public sealed class JudgeModel : IDisposable
{
    public const string SourceName = "LlmObs.Quality.Judges";
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>How long nobody asks an endpoint that refused a call for its rate, after all repetitions.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);

    private readonly JudgeModelOptions options;
    private readonly JudgeBudget budget;
    private readonly JudgeLedger ledger;
    private readonly SemaphoreSlim slots;
    private readonly IChatClient chat;
    private readonly IEmbeddingGenerator<string, Embedding<float>>? embeddings;

    /// <param name="endpoint">Where the endpoint of <paramref name="options"/> really is.</param>
    public JudgeModel(JudgeModelOptions options, Uri endpoint, JudgeBudget budget, JudgeLedger ledger)
    {
        (this.options, this.budget, this.ledger) = (options, budget, ledger);
        slots = new(options.Concurrency, options.Concurrency);
        // The one layer that repeats a single call; a turn that failed as a whole is the job's to repeat.
        var client = new OpenAIClient(
            new ApiKeyCredential(options.ApiKey is { Length: > 0 } key ? key : "none"),
            new()
            {
                Endpoint = endpoint,
                NetworkTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
                RetryPolicy = new ClientRetryPolicy(options.Retries),
            }
        );
        chat = client
            .GetChatClient(options.Name)
            .AsIChatClient()
            .AsBuilder()
            .UseOpenTelemetry(null, SourceName, telemetry => telemetry.EnableSensitiveData = true)
            .Build();
        embeddings =
            options.EmbeddingName.Length == 0
                ? null
                : client.GetEmbeddingClient(options.EmbeddingName).AsIEmbeddingGenerator().AsBuilder().UseOpenTelemetry(null, SourceName).Build();
    }

    public string Name => options.Name;

    public bool HasEmbeddings => embeddings is not null;

    /// <summary>Asks the model, or finds what it replied to the same before.</summary>
    /// <param name="measure">What the call is for; names its trace.</param>
    /// <exception cref="EvaluationPausedException">The day's budget is used up, or the endpoint refuses the key, the model, or more calls.</exception>
    /// <exception cref="EvaluationFailedException">The endpoint refuses this prompt.</exception>
    public async Task<KeptReply> AskAsync(string measure, string instructions, string text, Subject subject, CancellationToken cancellationToken)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Endpoint}\n{options.Name}\n{instructions}\n{text}"));
        if (await ledger.FindAsync(key, cancellationToken) is { } known)
        {
            await ledger.NoteCachedAsync(options.Name, cancellationToken);
            return known;
        }

        await slots.WaitAsync(cancellationToken);
        try
        {
            await budget.TakeAsync(options, cancellationToken);
            var (reply, traceId) = await TracedAsync(
                measure,
                text,
                subject,
                () =>
                    chat.GetResponseAsync(
                        [new(ChatRole.System, instructions), new(ChatRole.User, text)],
                        new() { Temperature = 0, MaxOutputTokens = options.MaxOutputTokens },
                        cancellationToken
                    ),
                response => response.Text
            );
            await budget.NoteAsync(options, reply.Usage?.InputTokenCount ?? 0, reply.Usage?.OutputTokenCount ?? 0, cancellationToken);
            var kept = new KeptReply(reply.Text, traceId);
            await ledger.KeepAsync(key, kept, cancellationToken);
            return kept;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>How near two texts are by their embeddings: the cosine, 0 for anything at right angles or beyond.</summary>
    public async Task<double> SimilarityAsync(string first, string second, Subject subject, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            await budget.TakeAsync(options, cancellationToken);
            var (vectors, _) = await TracedAsync(
                "similarity",
                $"{first}\n{second}",
                subject,
                () => embeddings!.GenerateAsync([first, second], cancellationToken: cancellationToken),
                found => Similarity(found).ToString(CultureInfo.InvariantCulture)
            );
            return Similarity(vectors);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose()
    {
        chat.Dispose();
        embeddings?.Dispose();
        slots.Dispose();
    }

    /// <summary>Makes the call as a trace of its own: the job's turn, which is not traced, is not what a reader looks for.</summary>
    private async Task<(T Reply, string? TraceId)> TracedAsync<T>(
        string measure,
        string text,
        Subject subject,
        Func<Task<T>> call,
        Func<T, string> output
    )
    {
        using var heard = SuppressInstrumentationScope.Begin(false);
        Activity.Current = null;
        using var span = Source
            .StartActivity($"judge {measure}", ActivityKind.Internal)
            ?.SetTag("openinference.span.kind", "EVALUATOR")
            .SetTag("input.value", text)
            .SetTag("llmobs.judged.project", subject.Project.Name)
            .SetTag("llmobs.judged.trace_id", subject.Span.TraceId)
            .SetTag("llmobs.judged.span_id", subject.Span.SpanId);
        try
        {
            var reply = await GuardAsync(call);
            span?.SetTag("output.value", output(reply));
            return (reply, span?.TraceId.ToHexString());
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ClientResultException exception) when (exception.Status is 401 or 403 or 404)
        {
            throw new EvaluationPausedException($"{options.Endpoint} refuses the model {options.Name}: {exception.Message}", TimeSpan.FromMinutes(1));
        }
        catch (ClientResultException exception) when (exception.Status == 429)
        {
            throw new EvaluationPausedException($"{options.Name} takes no more calls for the moment: {exception.Message}", Busy);
        }
        catch (ClientResultException exception) when (exception.Status is 400 or 413 or 422)
        {
            throw new EvaluationFailedException($"{options.Name} refuses this prompt: {exception.Message}", exception);
        }
    }

    private static double Similarity(GeneratedEmbeddings<Embedding<float>> vectors) =>
        Math.Clamp(Cosine(vectors[0].Vector.Span, vectors[1].Vector.Span), 0, 1);

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            product += a[i] * b[i];
            squareA += a[i] * a[i];
            squareB += b[i] * b[i];
        }

        return squareA == 0 || squareB == 0 ? 0 : product / Math.Sqrt(squareA * squareB);
    }
}
