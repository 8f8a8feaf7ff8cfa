using System.Data.Common;
using System.Net.Sockets;

namespace LlmObs.Ingest;

/// <summary>Tells an outage of PostgreSQL, after which sending again may help, from a bug, after which it will not.</summary>
internal static class Outage
{
    public static bool IsStorageAway(Exception e) =>
        e is DbException { IsTransient: true } or SocketException or TimeoutException || e.InnerException is { } inner && IsStorageAway(inner);

    public static Refusal Refusal(IngestOptions options) =>
        new(RefusalReason.StorageAway, "The database cannot take the batch at this moment. Send it again later.", TimeSpan.FromSeconds(options.RetryAfterSeconds));
}
