using System.Collections.Concurrent;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>What a shard takes and gives in a second. As in the service the request that crosses a limit passes, and those after it are refused.</summary>
public sealed class ShardQuotas(EmulatorOptions options, TimeProvider time)
{
    private const int Mb = 1024 * 1024;
    private static readonly Quota Write = new("ShardWriteQuotaExceed", "takes", 500, 5 * Mb);
    private static readonly Quota Read = new("ShardReadQuotaExceed", "gives", 100, 20 * Mb);
    private readonly ConcurrentDictionary<(string Project, string Logstore, int Shard, Quota Quota), Use> uses = new();

    /// <exception cref="SlsException">403 ShardWriteQuotaExceed.</exception>
    public void CheckWrite(string project, string logstore, int shard, int bytes) => Check(project, logstore, shard, Write, bytes);

    /// <exception cref="SlsException">403 ShardReadQuotaExceed.</exception>
    public void CheckRead(string project, string logstore, int shard, int bytes) => Check(project, logstore, shard, Read, bytes);

    private void Check(string project, string logstore, int shard, Quota quota, int bytes)
    {
        if (options.CheckQuotas && !uses.GetOrAdd((project, logstore, shard, quota), _ => new()).TryTake(quota, bytes, time.GetUtcNow()))
        {
            throw new SlsException(
                403,
                quota.Code,
                $"shard {shard} of {logstore} {quota.Verb} {quota.Requests} requests and {quota.Bytes / Mb} MB a second"
            );
        }
    }

    private sealed record Quota(string Code, string Verb, int Requests, int Bytes);

    private sealed class Use
    {
        private readonly Lock gate = new();
        private long second;
        private int requests;
        private long taken;

        public bool TryTake(Quota quota, int bytes, DateTimeOffset now)
        {
            lock (gate)
            {
                if (second != now.ToUnixTimeSeconds())
                {
                    (second, requests, taken) = (now.ToUnixTimeSeconds(), 0, 0);
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
