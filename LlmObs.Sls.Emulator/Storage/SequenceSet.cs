using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Some logs of a logstore, by their sequence numbers. Immutable.</summary>
public sealed class SequenceSet
{
    public static readonly SequenceSet Empty = new([]);

    private readonly long[] ascending;

    private SequenceSet(long[] ascending) => this.ascending = ascending;

    public int Count => ascending.Length;

    public IReadOnlyList<long> Members => ascending;

    public static SequenceSet Of(IEnumerable<long> sequences) => new([.. sequences.Distinct().Order()]);

    public bool Contains(long sequence) => Array.BinarySearch(ascending, sequence) >= 0;

    /// <summary>Whether one of them lies between two, or is one of the two.</summary>
    public bool HasAny(long first, long last) => At(first) is var at && at < ascending.Length && ascending[at] <= last;

    public SequenceSet With(SequenceSet others) => Of(ascending.Concat(others.ascending));

    /// <summary>Without those before one.</summary>
    public SequenceSet From(long first) => new(ascending[At(first)..]);

    /// <summary>The distances from each to the next as <see cref="Varint"/>: deletions come in runs.</summary>
    public byte[] ToBytes()
    {
        var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        var last = 0L;
        foreach (var sequence in ascending)
        {
            writer.Write7BitEncodedInt64(sequence - last);
            last = sequence;
        }
        return buffer.ToArray();
    }

    public static SequenceSet Read(ReadOnlySpan<byte> bytes)
    {
        var sequences = new List<long>();
        var last = 0L;
        for (var at = 0; at < bytes.Length; )
        {
            last += Varint.Read(bytes, ref at);
            sequences.Add(last);
        }
        return new SequenceSet([.. sequences]);
    }

    private int At(long first) => Array.BinarySearch(ascending, first) is var at && at < 0 ? ~at : at;
}
