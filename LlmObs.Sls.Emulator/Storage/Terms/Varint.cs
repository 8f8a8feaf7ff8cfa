namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Numbers as <see cref="BinaryWriter.Write7BitEncodedInt64"/> writes them.</summary>
internal static class Varint
{
    public static long Read(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
