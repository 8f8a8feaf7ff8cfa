using System.Runtime.InteropServices;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>Reads a block of words of a <see cref="TermSegment"/>: in ordinal order, each without what it shares with the one before it, each with its list of rows.</summary>
internal ref struct WordBlock(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int at;
    private int shared;
    private ReadOnlySpan<char> added;
    private ReadOnlySpan<byte> list;

    /// <summary>The list of one word. No word is put together for it: what each shares with the one before it tells enough.</summary>
    public static bool TryFind(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> wanted, out ReadOnlySpan<byte> list)
    {
        var block = new WordBlock(bytes);
        // So much of the wanted word the last one had; it stood before it.
        var matched = 0;
        while (block.Next() && block.shared >= matched)
        {
            if (block.shared == matched)
            {
                var rest = wanted[matched..];
                var common = rest.CommonPrefixLength(block.added);
                if (common == block.added.Length && common == rest.Length)
                {
                    list = block.list;
                    return true;
                }
                if (common == rest.Length || (common < block.added.Length && block.added[common] > rest[common]))
                {
                    break;
                }
                matched += common;
            }
        }
        list = default;
        return false;
    }

    /// <summary>Adds the words that begin with a text.</summary>
    /// <returns>False when a word stands behind all of these.</returns>
    public static bool Collect(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> prefix, List<string> words)
    {
        var block = new WordBlock(bytes);
        var word = new char[256];
        while (block.Next())
        {
            var length = block.shared + block.added.Length;
            if (length > word.Length)
            {
                Array.Resize(ref word, length * 2);
            }
            block.added.CopyTo(word.AsSpan(block.shared));
            var whole = word.AsSpan(0, length);
            if (whole.StartsWith(prefix))
            {
                words.Add(new string(whole));
            }
            else if (((ReadOnlySpan<char>)whole).SequenceCompareTo(prefix) > 0)
            {
                return false;
            }
        }
        return true;
    }

    private bool Next()
    {
        if (at == bytes.Length)
        {
            return false;
        }
        shared = (int)Varint.Read(bytes, ref at);
        added = MemoryMarshal.Cast<byte, char>(Take((int)Varint.Read(bytes, ref at) * sizeof(char)));
        list = Take((int)Varint.Read(bytes, ref at));
        return true;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = bytes.Slice(at, length);
        at += length;
        return taken;
    }
}
