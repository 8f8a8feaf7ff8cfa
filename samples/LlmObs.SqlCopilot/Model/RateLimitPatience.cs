using System.ClientModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LlmObs.SqlCopilot.Model;

/// <summary>Waits as long as a 429 asks for, at most 10 s each, and gives up at the third. The only layer that repeats a model call.</summary>
internal sealed class RateLimitPatience(IChatClient inner, TimeProvider time) : DelegatingChatClient(inner)
{
    private const int Attempts = 3;

    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await base.GetResponseAsync(messages, options, cancellationToken);
            }
            catch (ClientResultException exception) when (exception.Status == 429 && attempt < Attempts)
            {
                await Task.Delay(AskedDelay(exception), time, cancellationToken);
            }
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            bool any;
            try
            {
                // A limit is announced before the first update; later failures are not repeated, the reader has seen a part.
                any = await updates.MoveNextAsync();
            }
            catch (ClientResultException exception) when (exception.Status == 429 && attempt < Attempts)
            {
                await Task.Delay(AskedDelay(exception), time, cancellationToken);
                continue;
            }

            while (any)
            {
                yield return updates.Current;
                any = await updates.MoveNextAsync();
            }

            yield break;
        }
    }

    private static TimeSpan AskedDelay(ClientResultException exception)
    {
        var asked =
            exception.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) == true
            && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : 2;
        return TimeSpan.FromSeconds(Math.Clamp(asked, 0, 10));
    }
}
