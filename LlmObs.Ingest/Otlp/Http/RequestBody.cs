using System.Buffers;
using System.IO.Compression;

namespace LlmObs.Ingest.Otlp.Http;

/// <summary>A request's body, inflated, in pooled memory. Dispose gives the memory back.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 64 * 1024;

    private byte[] _buffer;
    private int _length;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySequence<byte> Bytes => new(_buffer, 0, _length);

    public int Length => _length;

    /// <summary>Reads and inflates to the limit, taking room at <paramref name="place"/> as it grows, and waits for its turn there.</summary>
    /// <returns>The body, or why it is refused.</returns>
    public static async Task<(RequestBody? Body, Refusal? Refusal)> ReadAsync(
        HttpRequest request,
        IngestGate gate,
        IngestGate.Place place,
        int maxBytes,
        CancellationToken cancellationToken
    )
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        if (encoding is not ("" or "identity" or "gzip" or "deflate"))
        {
            return (null, new(RefusalReason.ContentEncoding, $"Content-Encoding '{encoding}' is not supported; use gzip, deflate or identity."));
        }

        if (request.ContentLength > maxBytes)
        {
            return (
                null,
                new(
                    RefusalReason.TooLarge,
                    $"Content-Length {request.ContentLength} is larger than {maxBytes} bytes (Ingest:MaxBodyBytes). Send smaller batches."
                )
            );
        }

        var isPlain = encoding is "" or "identity";
        var body = new RequestBody(isPlain && request.ContentLength is > FirstBytes ? (int)request.ContentLength : FirstBytes);
        try
        {
            await using var source = Inflated(new BoundedStream(request.Body, maxBytes, "as sent"), encoding, maxBytes);
            if (await body.FillAsync(source, place, cancellationToken))
            {
                await place.TakeTurnAsync(body.Length, cancellationToken);
                return (body, null);
            }

            body.Dispose();
            return (null, gate.Full("bytes in flight"));
        }
        catch (BodyTooLargeException e)
        {
            body.Dispose();
            return (null, new(RefusalReason.TooLarge, e.Message));
        }
        catch (InvalidDataException e)
        {
            body.Dispose();
            return (null, new(RefusalReason.Malformed, $"The body is not {encoding}: {e.Message}"));
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private static Stream Inflated(Stream sent, string encoding, int maxBytes) =>
        encoding switch
        {
            "gzip" => new BoundedStream(new GZipStream(sent, CompressionMode.Decompress), maxBytes, "when inflated"),
            "deflate" => new BoundedStream(new ZLibStream(sent, CompressionMode.Decompress), maxBytes, "when inflated"),
            _ => sent,
        };

    private async Task<bool> FillAsync(Stream source, IngestGate.Place place, CancellationToken cancellationToken)
    {
        if (!place.TryGrow(_buffer.Length))
        {
            return false;
        }

        while (true)
        {
            if (_length == _buffer.Length && !TryDouble(place))
            {
                return false;
            }

            var read = await source.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            _length += read;
        }
    }

    private bool TryDouble(IngestGate.Place place)
    {
        if (!place.TryGrow(_buffer.Length))
        {
            return false;
        }

        var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        return true;
    }
}
