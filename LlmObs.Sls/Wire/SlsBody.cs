using System.Buffers;
using System.IO.Compression;
using Google.Protobuf;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace LlmObs.Sls.Wire;

/// <summary>Bodies as they travel.</summary>
/// <param name="Bytes">As sent: compressed when <paramref name="Compression"/> says so.</param>
/// <param name="RawSize">Bytes before compression.</param>
internal sealed record SlsBody(ReadOnlyMemory<byte> Bytes, int RawSize, string ContentType, string? Compression = null)
{
    public static readonly SlsBody None = new(default, 0, "");

    private byte[]? rented;

    public static SlsBody Json(byte[] utf8) => new(utf8, utf8.Length, "application/json");

    /// <summary>A group as protobuf, compressed. Call <see cref="Return"/> when it was sent.</summary>
    public static SlsBody Of(SlsLogGroup group, SlsCompression compression = SlsCompression.Lz4)
    {
        var size = LogSize.Of(group);
        var raw = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            using var output = new CodedOutputStream(raw);
            LogGroupWriter.Write(group, output);
            var (packed, length) = Compress(raw.AsSpan(0, size), compression);
            return new(packed.AsMemory(0, length), size, "application/x-protobuf", NameOf(compression)) { rented = packed };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    /// <summary>Gives the memory back for the next body. Not after a request that failed: its connection might still be reading it.</summary>
    public void Return()
    {
        if (Interlocked.Exchange(ref rented, null) is { } bytes)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>As headers call it; null for none.</summary>
    public static string? NameOf(SlsCompression compression) =>
        compression switch
        {
            SlsCompression.Lz4 => "lz4",
            SlsCompression.Zstd => "zstd",
            SlsCompression.Deflate => "deflate",
            _ => null,
        };

    /// <summary>Undoes the compression of an answer.</summary>
    /// <exception cref="FormatException">The bytes are not what the headers say.</exception>
    public static byte[] Decompress(byte[] bytes, string? compression, int? rawSize)
    {
        switch (compression)
        {
            case null or "" or "none":
                return bytes;
            case "lz4":
                var raw = new byte[rawSize ?? throw new FormatException("An lz4 answer came without its size (x-log-bodyrawsize).")];
                var size = raw.Length == 0 ? 0 : LZ4Codec.Decode(bytes, raw);
                return size == raw.Length ? raw : throw new FormatException($"An lz4 answer of {raw.Length} bytes unpacked to {size}.");
            case "zstd":
                return Zstd(bytes, rawSize ?? throw new FormatException("A zstd answer came without its size (x-log-bodyrawsize)."));
            // SLS's "deflate", and its "gzip" towards at least one official client, is zlib.
            case "deflate" or "gzip":
                using (var unpacked = new MemoryStream())
                {
                    using var zlib = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
                    zlib.CopyTo(unpacked);
                    return unpacked.ToArray();
                }

            default:
                throw new FormatException($"An answer came compressed by '{compression}', which was not asked for.");
        }
    }

    /// <returns>Rented memory, and how much of it is used.</returns>
    private static (byte[] Packed, int Length) Compress(ReadOnlySpan<byte> raw, SlsCompression compression)
    {
        switch (compression)
        {
            case SlsCompression.Lz4:
                // SLS wants the block alone: no frame, no size in front.
                var block = ArrayPool<byte>.Shared.Rent(LZ4Codec.MaximumOutputSize(raw.Length));
                return (block, LZ4Codec.Encode(raw, block));
            case SlsCompression.Zstd:
                using (var zstd = new Compressor())
                {
                    var frame = ArrayPool<byte>.Shared.Rent(Compressor.GetCompressBound(raw.Length));
                    return (frame, zstd.Wrap(raw, frame));
                }

            case SlsCompression.Deflate:
                using (var packed = new MemoryStream())
                {
                    using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                    {
                        zlib.Write(raw);
                    }

                    return Copy(packed.GetBuffer().AsSpan(0, (int)packed.Length));
                }

            default:
                return Copy(raw);
        }
    }

    private static (byte[] Packed, int Length) Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        return (copy, bytes.Length);
    }

    private static byte[] Zstd(byte[] bytes, int rawSize)
    {
        var raw = new byte[rawSize];
        try
        {
            using var zstd = new Decompressor();
            var size = zstd.Unwrap(bytes, raw);
            return size == rawSize ? raw : throw new FormatException($"A zstd answer of {rawSize} bytes unpacked to {size}.");
        }
        catch (ZstdException broken)
        {
            throw new FormatException($"A zstd answer cannot be unpacked: {broken.Message}", broken);
        }
    }
}
