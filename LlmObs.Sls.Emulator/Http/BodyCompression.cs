using System.IO.Compression;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>The body encodings of the service: LZ4 blocks without frame, zstd, and zlib (called deflate, and by one client gzip).</summary>
public static class BodyCompression
{
    /// <param name="rawSize">The size the client states; nothing larger is produced.</param>
    public static byte[] Decompress(ReadOnlyMemory<byte> body, string type, int rawSize)
    {
        var raw = new byte[rawSize];
        try
        {
            var size = type switch
            {
                "lz4" => DecompressLz4(body.Span, raw),
                "zstd" => DecompressZstd(body.Span, raw),
                "deflate" or "gzip" => DecompressZlib(body, raw),
                _ => throw SlsException.Invalid("InvalidCompressType", $"compress type {type} is not supported"),
            };
            return size == rawSize
                ? raw
                : throw SlsException.Invalid("InvalidBodyRawSize", $"x-log-bodyrawsize is {rawSize}, the decompressed body is of another size");
        }
        catch (Exception broken) when (broken is InvalidDataException or ZstdException or ArgumentException)
        {
            throw SlsException.Invalid("PostBodyUncompressError", $"the body is not {type}: {broken.Message}");
        }
    }

    /// <summary>The first encoding of Accept-Encoding that the service answers with; null for a plain answer.</summary>
    public static string? Choose(string acceptEncoding) =>
        acceptEncoding
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split(';')[0].ToLowerInvariant())
            .FirstOrDefault(part => part is "lz4" or "zstd" or "deflate" or "gzip");

    public static byte[] Compress(ReadOnlySpan<byte> raw, string type)
    {
        switch (type)
        {
            case "lz4":
                var target = new byte[LZ4Codec.MaximumOutputSize(raw.Length)];
                return target[..LZ4Codec.Encode(raw, target)];
            case "zstd":
                using (var zstd = new Compressor())
                {
                    return zstd.Wrap(raw).ToArray();
                }
            default:
                var buffer = new MemoryStream();
                using (var zlib = new ZLibStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
                {
                    zlib.Write(raw);
                }
                return buffer.ToArray();
        }
    }

    private static int DecompressLz4(ReadOnlySpan<byte> body, byte[] raw)
    {
        var size = raw.Length == 0 ? 0 : LZ4Codec.Decode(body, raw);
        return size >= 0 ? size : throw new InvalidDataException("the block is broken or larger than x-log-bodyrawsize");
    }

    private static int DecompressZstd(ReadOnlySpan<byte> body, byte[] raw)
    {
        using var zstd = new Decompressor();
        return zstd.Unwrap(body, raw);
    }

    private static int DecompressZlib(ReadOnlyMemory<byte> body, byte[] raw)
    {
        using var zlib = new ZLibStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
        var size = zlib.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
        return zlib.ReadByte() < 0 ? size : -1;
    }
}
