using System.IO.Compression;
using Google.Protobuf;
using K4os.Compression.LZ4;
using ZstdSharp;

namespace LlmObs.Sls.Wire;

/// <summary>Bodies as they travel.</summary>
/// <param name="Bytes">As sent: compressed when <paramref name="Compression"/> says so.</param>
/// <param name="RawSize">Bytes before compression.</param>
internal sealed record SlsBody(byte[] Bytes, int RawSize, string ContentType, string? Compression = null)
{
    public static readonly SlsBody None = new([], 0, "");

    public static SlsBody Json(byte[] utf8) => new(utf8, utf8.Length, "application/json");

    /// <summary>A group as protobuf, compressed.</summary>
    public static SlsBody Of(SlsLogGroup group, SlsCompression compression = SlsCompression.Lz4)
    {
        var raw = ToProto(group).ToByteArray();
        return new(Compress(raw, compression), raw.Length, "application/x-protobuf", NameOf(compression));
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

    private static byte[] Compress(byte[] raw, SlsCompression compression)
    {
        switch (compression)
        {
            case SlsCompression.Lz4:
                return Lz4(raw);
            case SlsCompression.Zstd:
                using (var zstd = new Compressor())
                {
                    return zstd.Wrap(raw).ToArray();
                }

            case SlsCompression.Deflate:
                using (var packed = new MemoryStream())
                {
                    using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                    {
                        zlib.Write(raw);
                    }

                    return packed.ToArray();
                }

            default:
                return raw;
        }
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

    // SLS wants the block alone: no frame, no size in front.
    private static byte[] Lz4(byte[] raw)
    {
        var packed = new byte[LZ4Codec.MaximumOutputSize(raw.Length)];
        return packed[..LZ4Codec.Encode(raw, packed)];
    }

    private static Proto.LogGroup ToProto(SlsLogGroup group)
    {
        var proto = new Proto.LogGroup { Topic = group.Topic, Source = group.Source };
        foreach (var log in group.Logs)
        {
            var entry = new Proto.Log { Time = log.Time };
            if (log.TimeNanos != 0)
            {
                entry.TimeNs = log.TimeNanos;
            }

            foreach (var (key, value) in log.Contents)
            {
                entry.Contents.Add(new Proto.Log.Types.Content { Key = key, Value = value });
            }

            proto.Logs.Add(entry);
        }

        foreach (var (key, value) in group.Tags ?? [])
        {
            proto.LogTags.Add(new Proto.LogTag { Key = key, Value = value });
        }

        return proto;
    }
}
