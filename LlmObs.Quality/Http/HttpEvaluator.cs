using System.Net;
using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Domain.Evaluators;
using LlmObs.Quality.Evaluation;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.Http;

/// <summary>Asks a program of one's own: the span goes there as JSON, scores come back (docs/evaluators.md).</summary>
public sealed class HttpEvaluator(IHttpClientFactory clients, IOptions<QualityOptions> options) : IEvaluator
{
    public const string ClientName = "evaluators";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public EvaluatorKind Kind => EvaluatorKind.Http;

    public async Task<Judgement> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken)
    {
        var url = new Uri(evaluator.Definition.Http!.Url);
        var http = options.Value.Http;
        if (!http.AllowedHosts.Any(host => IsHost(host, url)))
        {
            throw new EvaluationPausedException(
                $"{url.Authority} is no host of Quality:Http:AllowedHosts: an operator has to allow it.",
                TimeSpan.FromMinutes(1)
            );
        }

        using var client = clients.CreateClient(ClientName);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(http.TimeoutSeconds));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = JsonContent.Create(HttpCall.Of(evaluator, subject), options: Json),
            };
            // Headers first: an answer is read up to its limit and no further.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end.Token);
            return await ReadAsync(response, evaluator, end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EvaluationFailedException($"{url.Authority} gave no answer within {http.TimeoutSeconds} s.");
        }
    }

    private static bool IsHost(string allowed, Uri url) =>
        allowed.Equals(url.Authority, StringComparison.OrdinalIgnoreCase)
        || allowed.Equals($"{url.Host}:{url.Port}", StringComparison.OrdinalIgnoreCase)
        || (url.IsDefaultPort && allowed.Equals(url.Host, StringComparison.OrdinalIgnoreCase));

    private async Task<Judgement> ReadAsync(HttpResponseMessage response, Evaluator evaluator, CancellationToken cancellationToken)
    {
        if (response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
        {
            throw new HttpRequestException($"The evaluator answered {(int)response.StatusCode}.", null, response.StatusCode);
        }

        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            return Judgement.Skip("the evaluator has nothing to say");
        }

        if (!response.IsSuccessStatusCode)
        {
            throw new EvaluationFailedException($"The evaluator answered {(int)response.StatusCode}.");
        }

        return HttpAnswer.Read(await BytesAsync(response, cancellationToken), evaluator);
    }

    private async Task<byte[]> BytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var most = options.Value.Http.MaxAnswerBytes;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[most + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= most ? buffer[..length] : throw new EvaluationFailedException($"The evaluator's answer has more than {most} bytes.");
    }
}

internal static class HttpEvaluatorServices
{
    /// <summary>Registers the evaluator with a client that follows no redirect, keeps no cookie, uses no proxy, and connects only where it may.</summary>
    public static void AddHttpEvaluators(this IServiceCollection services)
    {
        services
            .AddHttpClient(HttpEvaluator.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider =>
            {
                var http = provider.GetRequiredService<IOptions<QualityOptions>>().Value.Http;
                return new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    UseProxy = false,
                    ConnectCallback = (context, token) => PublicAddress.ConnectAsync(context.DnsEndPoint, http.AllowPrivateAddresses, token),
                };
            });
        services.AddSingleton<IEvaluator, HttpEvaluator>();
    }
}
