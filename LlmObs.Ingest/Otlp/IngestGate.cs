using System.Threading.RateLimiting;
using LlmObs.Ingest.Shipping;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Otlp;

/// <summary>Bounds what is handled at one time, in requests and in bytes. A burst waits; beyond that clients are told to come again.</summary>
internal sealed class IngestGate(IOptions<IngestOptions> options, WaitingSenders senders) : IDisposable
{
    private const int BytesPerPermit = 1024;
    private const int LargeBytes = 1024 * 1024;
    private const long LargeBytesPerProcessor = 8 * 1024 * 1024;

    private readonly ConcurrencyLimiter _requests = new(
        new()
        {
            PermitLimit = options.Value.MaxConcurrentRequests,
            QueueLimit = options.Value.MaxWaitingRequests,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }
    );

    private readonly ConcurrencyLimiter _kilobytes = new(new() { PermitLimit = options.Value.MaxBytesInFlight / BytesPerPermit, QueueLimit = 0 });

    private readonly int _largePermits = LargePermits(options.Value);

    private readonly ConcurrencyLimiter _largeKilobytes = new(
        new()
        {
            PermitLimit = LargePermits(options.Value),
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }
    );

    private readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(options.Value.RetryAfterSeconds);

    /// <summary>A place for one request, or null when too many wait already. The caller disposes it.</summary>
    public async Task<Place?> EnterAsync(CancellationToken cancellationToken)
    {
        var lease = await _requests.AcquireAsync(1, cancellationToken);
        if (lease.IsAcquired)
        {
            senders.OneCame();
            return new(this, lease, senders);
        }

        lease.Dispose();
        return null;
    }

    public Refusal Full(string what) =>
        new(RefusalReason.Overloaded, $"Too much is being received at this moment ({what}). Send again later.", _retryAfter);

    public void Dispose()
    {
        _requests.Dispose();
        _kilobytes.Dispose();
        _largeKilobytes.Dispose();
    }

    private static int LargePermits(IngestOptions options) =>
        Permits(options.MaxLargeBytesAtOnce ?? LargeBytesPerProcessor * Environment.ProcessorCount);

    private static int Permits(long bytes) => (int)Math.Min(int.MaxValue, (bytes + BytesPerPermit - 1) / BytesPerPermit);

    /// <summary>One request's share.</summary>
    internal sealed class Place(IngestGate gate, RateLimitLease request, WaitingSenders senders) : IDisposable
    {
        private readonly List<RateLimitLease> _bytes = [];
        private RateLimitLease? _turn;

        /// <summary>Takes room for so many more bytes; false when there is none.</summary>
        public bool TryGrow(long bytes)
        {
            var permits = Permits(bytes);
            if (permits > gate._kilobytes.GetStatistics()?.CurrentAvailablePermits)
            {
                return false;
            }

            var lease = gate._kilobytes.AttemptAcquire(permits);
            if (!lease.IsAcquired)
            {
                lease.Dispose();
                return false;
            }

            _bytes.Add(lease);
            return true;
        }

        /// <summary>
        /// Waits until a body of so many bytes may be decoded and written; a small one need not wait. What many large ones hold in memory
        /// at once costs the collector more than their waiting costs their senders.
        /// </summary>
        public async Task TakeTurnAsync(long bytes, CancellationToken cancellationToken)
        {
            if (bytes > LargeBytes)
            {
                _turn = await gate._largeKilobytes.AcquireAsync(Math.Min(Permits(bytes), gate._largePermits), cancellationToken);
            }
        }

        public void Dispose()
        {
            _turn?.Dispose();
            _bytes.ForEach(lease => lease.Dispose());
            request.Dispose();
            senders.OneLeft();
        }
    }
}
