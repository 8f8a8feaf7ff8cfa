using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DuckDB.NET.Data;
using DuckDB.NET.Data.DataChunk.Reader;
using DuckDB.NET.Data.DataChunk.Writer;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>What SQL cannot express of Presto's functions, as code of this process that the engine calls. Of NULL everything is NULL.</summary>
internal static class CodedFunctions
{
    private const int MaxEditSteps = 1_000_000;
    private const ulong ChecksumPrime = 0x9E3779B185EBCA87;

    /// <summary>Once for the whole engine.</summary>
    /// <param name="tryReserve">Whether the thread may make so many bytes now.</param>
    public static void Register(DuckDBConnection connection, Func<long, bool> tryReserve)
    {
        connection.RegisterScalarFunction<long, bool>("sls_room", (sizes, fits, count) => Reserve(sizes[0], fits, count, tryReserve));
        connection.RegisterScalarFunction(
            "sls_merge_buckets",
            (long? buckets, List<double>? pairs) => buckets is null || pairs is null ? null : NumericHistogram.Of(buckets.Value, pairs)
        );
        connection.RegisterScalarFunction(
            "sls_edit_distance",
            (string? left, string? right) => left is null || right is null ? null : (long?)EditDistance(left, right)
        );
        connection.RegisterScalarFunction(
            "sls_ip_prefix",
            (string? address, long? bits) => address is null || bits is null ? null : IpNetworks.Prefix(address, bits.Value)
        );
        connection.RegisterScalarFunction(
            "sls_is_subnet_of",
            (string? network, string? inner) => network is null || inner is null ? null : (bool?)IpNetworks.Holds(network, inner)
        );
        connection.RegisterScalarFunction("sls_ip_domain", (string? address) => address is null ? null : IpNetworks.Domain(address));
        connection.RegisterScalarFunction(
            "sls_geohash_at",
            (double? latitude, double? longitude) => latitude is null || longitude is null ? null : Geohash.Of(latitude.Value, longitude.Value)
        );
        RegisterUnits(connection);
        connection.RegisterScalarFunction(
            "sls_longest_funnel",
            (long? window, List<long>? events) => window is null || events is null ? null : (long?)WindowFunnel.Longest(window.Value, events)
        );
        connection.RegisterScalarFunction("sls_hash", (string? text) => text is null ? null : Hash(Encoding.UTF8.GetBytes(text)));
        connection.RegisterScalarFunction("sls_hash", (long? number) => number is null ? null : Hash(number.Value));
        connection.RegisterScalarFunction("sls_hash", (double? number) => number is null ? null : Hash(BitConverter.DoubleToInt64Bits(number.Value)));
        connection.RegisterScalarFunction("sls_hash", (bool? flag) => flag is null ? null : Mixed(flag.Value ? 1231UL : 1237UL));
        connection.RegisterScalarFunction("sls_checksum_hex", (ulong? sum) => sum is null ? null : Convert.ToHexString(Bytes(sum.Value)));
    }

    private static void RegisterUnits(DuckDBConnection connection)
    {
        connection.RegisterScalarFunction("sls_convert_data_size", (string? size) => size is null ? null : DataSize.Succinct(size));
        connection.RegisterScalarFunction(
            "sls_convert_data_size",
            (string? size, string? unit) => size is null || unit is null ? null : DataSize.Convert(size, unit)
        );
        connection.RegisterScalarFunction(
            "sls_format_bytes",
            (double? bytes, string? unit) => bytes is null || unit is null ? null : DataSize.Format(bytes.Value, unit)
        );
        connection.RegisterScalarFunction(
            "sls_data_size_in",
            (string? size, string? unit) => size is null || unit is null ? null : (double?)DataSize.In(size, unit)
        );
        connection.RegisterScalarFunction("sls_data_size_bytes", (string? size) => size is null ? null : DataSize.Bytes(size));
        connection.RegisterScalarFunction("sls_duration_in_words", (double? seconds) => seconds is null ? null : Duration.InWords(seconds.Value));
        connection.RegisterScalarFunction(
            "sls_duration_in",
            (string? duration, string? unit) => duration is null || unit is null ? null : (double?)Duration.In(duration, unit)
        );
        connection.RegisterScalarFunction("sls_succinct_duration", (string? duration) => duration is null ? null : Duration.Succinct(duration));
    }

    // The engine makes the values of thousands of rows before it looks whether it is interrupted: so it asks first.
    private static void Reserve(IDuckDBDataReader sizes, IDuckDBDataWriter fits, ulong count, Func<long, bool> tryReserve)
    {
        var sum = 0L;
        for (var row = 0UL; row < count; row++)
        {
            if (!sizes.IsValid(row))
            {
                fits.WriteNull(row);
                continue;
            }
            sum += sizes.GetValue<long>(row);
            fits.WriteValue(true, row);
        }
        if (!tryReserve(sum))
        {
            throw new InsufficientMemoryException(Engine.NoRoom);
        }
    }

    private static ulong? Hash(byte[] text) => Mixed(XxHash64.HashToUInt64(text));

    // A long is mixed as one lane of XXH64 is.
    private static ulong? Hash(long number) => Mixed(unchecked(ulong.RotateLeft((ulong)number * 0xC2B2AE3D27D4EB4F, 31) * ChecksumPrime));

    private static ulong? Mixed(ulong hash) => unchecked(hash * ChecksumPrime);

    private static byte[] Bytes(ulong number)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return bytes;
    }

    // In characters, of which one may be two of UTF-16.
    private static long EditDistance(string left, string right)
    {
        var from = left.EnumerateRunes().ToArray();
        var to = right.EnumerateRunes().ToArray();
        if ((long)from.Length * to.Length > MaxEditSteps)
        {
            throw new ArgumentException("the texts of levenshtein_distance are too long");
        }
        var costs = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = costs[0];
            costs[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = costs[j];
                costs[j] = Math.Min(replaced, 1 + Math.Min(diagonal, costs[j - 1]));
            }
        }
        return costs[^1];
    }
}
