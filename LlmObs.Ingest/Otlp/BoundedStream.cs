namespace LlmObs.Ingest.Otlp;

/// <summary>More bytes than the limit allows.</summary>
internal sealed class BodyTooLargeException(string message) : IOException(message);

/// <summary>Reads on to a limit and no further: a gzip bomb is noticed when it has inflated to it, not when memory is gone.</summary>
/// <param name="what">Which body: as sent, or inflated.</param>
/// <param name="refuse">Makes the exception that the caller's framework understands; <see cref="BodyTooLargeException"/> when not given.</param>
internal sealed class BoundedStream(Stream inner, long limit, string what, Func<string, Exception>? refuse = null) : Stream
{
    private long _read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _read += read;
        return _read <= limit ? read : throw TooLarge();
    }

    private Exception TooLarge()
    {
        var message = $"The body {what} is larger than {limit} bytes (Ingest:MaxBodyBytes). Send smaller batches.";
        return refuse?.Invoke(message) ?? new BodyTooLargeException(message);
    }
}
