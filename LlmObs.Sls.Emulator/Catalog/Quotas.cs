using System.Collections.Concurrent;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>
/// What a shard takes and gives in a second, and a project in a minute. As in the service the request that crosses a limit passes, and those
/// after it are refused.
/// </summary>
public sealed class Quotas(EmulatorOptions options, TimeProvider time)
{
    /// <summary>How many projects an account has at most.</summary>
    public const int MaxProjects = 50;

    private const long Mb = 1024 * 1024;
    private static readonly Quota ShardWrite = new("ShardWriteQuotaExceed", "takes", 500, 5 * Mb, 1);
    private static readonly Quota ShardRead = new("ShardReadQuotaExceed", "gives", 100, 20 * Mb, 1);
    private static readonly Quota ProjectWrite = new("WriteQuotaExceed", "takes", 600_000, 100 * 1024 * Mb, 60);
    private static readonly Quota ProjectRead = new("ReadQuotaExceed", "gives", 600_000, long.MaxValue, 60);
    private readonly ConcurrentDictionary<(string Project, string? Logstore, int Shard, Quota Quota), Use> uses = new();

    /// <exception cref="SlsException">403 WriteQuotaExceed or ShardWriteQuotaExceed.</exception>
    public void CheckWrite(string project, string logstore, int shard, int bytes)
    {
        Check(project, null, 0, ProjectWrite, bytes);
        Check(project, logstore, shard, ShardWrite, bytes);
    }

    /// <exception cref="SlsException">403 ReadQuotaExceed or ShardReadQuotaExceed.</exception>
    public void CheckPull(string project, string logstore, int shard, int bytes)
    {
        CheckRead(project);
        Check(project, logstore, shard, ShardRead, bytes);
    }

    /// <exception cref="SlsException">403 ReadQuotaExceed.</exception>
    public void CheckRead(string project) => Check(project, null, 0, ProjectRead, 0);

    private void Check(string project, string? logstore, int shard, Quota quota, int bytes)
    {
        if (options.CheckQuotas && !uses.GetOrAdd((project, logstore, shard, quota), _ => new()).TryTake(quota, bytes, time.GetUtcNow()))
        {
            var whose = logstore is null ? $"project {project}" : $"shard {shard} of {logstore}";
            throw new SlsException(403, quota.Code, $"{whose} {quota.Verb} {quota.Requests} requests and {quota.Bytes / Mb} MB in {quota.Seconds} s");
        }
    }

    private sealed record Quota(string Code, string Verb, int Requests, long Bytes, int Seconds);

    private sealed class Use
    {
        private readonly Lock gate = new();
        private long span;
        private int requests;
        private long taken;

        public bool TryTake(Quota quota, int bytes, DateTimeOffset now)
        {
            lock (gate)
            {
                if (span != now.ToUnixTimeSeconds() / quota.Seconds)
                {
                    (span, requests, taken) = (now.ToUnixTimeSeconds() / quota.Seconds, 0, 0);
                }
                if (requests >= quota.Requests || taken >= quota.Bytes)
                {
                    return false;
                }
                requests++;
                taken += bytes;
                return true;
            }
        }
    }
}
