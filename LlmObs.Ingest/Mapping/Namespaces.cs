namespace LlmObs.Ingest.Mapping;

/// <summary>
/// Which namespaces (<c>gen_ai</c>, <c>langfuse</c>, <c>ai</c>) a span's keys are of, as bits of a hash: most spans speak one dialect or two,
/// and the tables ask for a dozen. A bit that is not set saves the search; one that is set by chance costs only that search.
/// </summary>
internal static class Namespaces
{
    public static ulong Bit(ReadOnlySpan<char> key)
    {
        var end = key.IndexOfAny('.', ':');
        var hash = 17u;
        foreach (var letter in end < 0 ? key : key[..end])
        {
            hash = (hash * 31) + letter;
        }

        // The high bits of a multiplicative hash are the mixed ones.
        return 1UL << (int)((hash * 0x9E3779B1u) >> 26);
    }
}
