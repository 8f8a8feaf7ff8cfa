using System.Diagnostics;

namespace LlmObs.EndToEndTests.Support;

/// <summary>Waits for a condition with a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Asks until the answer satisfies, and returns it. Errors on the way count as "not yet"; the last is told at the deadline.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, TimeSpan deadline, string what)
    {
        var clock = Stopwatch.StartNew();
        object? last = null;
        while (clock.Elapsed < deadline)
        {
            try
            {
                var answer = await ask();
                if (satisfies(answer))
                {
                    return answer;
                }

                last = answer;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
            {
                last = exception.Message;
            }

            await Task.Delay(Pause);
        }

        throw new TimeoutException($"{what} did not happen within {deadline}. Last seen: {last}");
    }
}
