using Microsoft.Extensions.Caching.Memory;

namespace LlmObs.SqlCopilot;

/// <summary>The last questions of each conversation, in memory: up to 1,000 conversations, forgotten after an hour of silence.</summary>
internal sealed class Conversations : IDisposable
{
    private const int Remembered = 3;
    private readonly MemoryCache _sessions = new(new MemoryCacheOptions { SizeLimit = 1_000 });

    public IReadOnlyList<string> History(string sessionId) => _sessions.Get<string[]>(sessionId) ?? [];

    public void Remember(string sessionId, string question) =>
        _sessions.Set(
            sessionId,
            History(sessionId).Append(question).TakeLast(Remembered).ToArray(),
            new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) }
        );

    public static bool IsChinese(string text) => text.Any(c => c is >= '\u4e00' and <= '\u9fff');

    public void Dispose() => _sessions.Dispose();
}
