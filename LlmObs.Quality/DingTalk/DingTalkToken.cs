using System.Net.Http.Json;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

/// <summary>The access token, kept until shortly before it ends.</summary>
public sealed class DingTalkToken(HttpClient http, IOptions<DingTalkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim asking = new(1, 1);
    private (string Token, DateTimeOffset Until)? kept;

    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        await asking.WaitAsync(cancellationToken);
        try
        {
            if (kept is { } known && time.GetUtcNow() < known.Until)
            {
                return known.Token;
            }

            var address = new Uri(new Uri(options.Value.BaseUrl), "/v1.0/oauth2/accessToken");
            using var response = await http.PostAsJsonAsync(
                address,
                new { appKey = options.Value.AppKey, appSecret = options.Value.AppSecret },
                cancellationToken
            );
            var answer = await DingTalkAnswer.ReadAsync<TokenAnswer>(response, cancellationToken);
            kept = (answer.AccessToken, time.GetUtcNow() + TimeSpan.FromSeconds(answer.ExpireIn) - Early);
            return answer.AccessToken;
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>Forgets a token the service no longer takes.</summary>
    public void Forget(string token)
    {
        if (kept?.Token == token)
        {
            kept = null;
        }
    }

    public void Dispose() => asking.Dispose();

    private sealed record TokenAnswer(string AccessToken, int ExpireIn);
}
