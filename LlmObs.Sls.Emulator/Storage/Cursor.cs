using System.Globalization;
using System.Text;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A place in the shard log as clients carry it: base64 of a decimal number, which grows with the place.</summary>
public static class Cursor
{
    private const int OffsetBits = 40;

    public static long Number(LogPosition position) => (position.Segment << OffsetBits) | position.Offset;

    public static string Write(LogPosition position) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Number(position).ToString(CultureInfo.InvariantCulture)));

    public static LogPosition Read(string cursor)
    {
        var buffer = new byte[32];
        return
            Convert.TryFromBase64String(cursor, buffer, out var length)
            && long.TryParse(Encoding.ASCII.GetString(buffer, 0, length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new LogPosition(number >> OffsetBits, number & ((1L << OffsetBits) - 1))
            : throw SlsException.Invalid("InvalidCursor", $"cursor {cursor} is not one that this server gave");
    }
}
