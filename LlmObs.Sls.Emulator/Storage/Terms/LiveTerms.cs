using System.Runtime.InteropServices;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Sls.Emulator.Storage.Terms;

/// <summary>The terms of the newest logs, in memory, until they are enough for a <see cref="TermSegment"/>. One writes, many may ask.</summary>
public sealed class LiveTerms(IndexDefinition? index)
{
    /// <summary>A list of rows takes two bytes a row at most.</summary>
    public const int MaxLogs = 16384;

    private readonly Lock gate = new();
    private readonly LiveCharacters characters = new();
    private readonly Dictionary<string, int> words = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<(int Row, long Bits)>> numbers = [];
    private readonly List<IndexedLog> logs = [];

    // Per word the last row that holds it; the words of all rows one after the other, and where those of a row end.
    private readonly List<int> lastRows = [];
    private readonly List<int> terms = [];
    private readonly List<int> ends = [];

    public IndexDefinition? Index => index;

    public int Count => logs.Count;

    public void Add(long sequence, in LogRow row, LogPlace place)
    {
        lock (gate)
        {
            AddWord(TermText.Topic, row.Origin.Topic);
            AddWord(TermText.Source, row.Origin.Source);
            foreach (var (name, value) in row.Origin.Tags)
            {
                AddTerm(TermText.Word(TermText.Tag, name, value));
                if (value.Length > 0)
                {
                    AddTerm(TermText.Exists(TermText.Tag, name));
                }
            }
            foreach (var text in row.Texts)
            {
                AddText(text);
            }
            foreach (var (field, bits) in row.Numbers)
            {
                ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, field, out _);
                (list ??= []).Add((logs.Count, bits));
            }
            logs.Add(new IndexedLog(sequence, row.Time, row.Nanos, place));
            ends.Add(terms.Count);
            characters.EndRow();
        }
    }

    /// <summary>What is here now; what comes later is not seen through it.</summary>
    public ITermSource? View()
    {
        lock (gate)
        {
            return logs.Count == 0 ? null : new LiveView(this, [.. logs]);
        }
    }

    /// <summary>Writes all of it as a segment; nothing may be added any more.</summary>
    public void Write(string path)
    {
        var (rows, starts) = Sorted();
        var (keys, ids) = (words.Keys.ToArray(), words.Values.ToArray());
        Array.Sort(keys, ids, StringComparer.Ordinal);
        var lists = keys.Zip(ids, (word, id) => (word, (ReadOnlyMemory<ushort>)rows.AsMemory(starts[id]..starts[id + 1])));
        TermSegmentWriter.Write(path, index, logs, lists, characters.Lists(), numbers);
    }

    private void AddWord(int field, string value)
    {
        AddTerm(TermText.Word(field, value));
        AddMark(field, value);
    }

    private void AddMark(int field, string value) => AddTerm([(char)field, Tokenizer.PathMark, value.Length > 0 ? '+' : '-']);

    private void AddText(FieldText text)
    {
        if (text.Path is null)
        {
            AddMark(text.Field, text.Value);
        }
        else
        {
            AddPath(text.Field, text.Path);
            if (text.Value.Length == 0)
            {
                AddTerm(TermText.Empty(text.Field, text.Path));
            }
        }
        ReadOnlySpan<char> previous = default;
        foreach (var range in text.Terms.AsSpan().Split(Tokenizer.Separator))
        {
            var term = text.Terms.AsSpan(range);
            var isCharacter = CharacterKey.IsCharacter(term);
            if (!previous.IsEmpty)
            {
                characters.Add(isCharacter ? CharacterKey.Of(text.Field, previous, term) : CharacterKey.Of(text.Field, previous));
            }
            if (!isCharacter && !term.IsEmpty)
            {
                AddWord(text, term);
            }
            previous = isCharacter ? term : default;
        }
    }

    private void AddWord(FieldText text, ReadOnlySpan<char> term)
    {
        if (term.Length > TermText.MaxKept)
        {
            AddTerm(TermText.Word(text.Field, term));
        }
        else
        {
            Span<char> word = stackalloc char[term.Length + 1];
            word[0] = (char)text.Field;
            term.CopyTo(word[1..]);
            AddTerm(word);
        }
        if (text.Path is not null)
        {
            AddTerm(TermText.Word(text.Field, text.Path, term));
        }
    }

    // a.b.c is there, so a.b and a are.
    private void AddPath(int field, string path)
    {
        AddTerm(TermText.Exists(field, path));
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            AddTerm(TermText.Exists(field, path[..dot]));
        }
    }

    private void AddTerm(ReadOnlySpan<char> word)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(words.GetAlternateLookup<ReadOnlySpan<char>>(), word, out var exists);
        if (!exists)
        {
            id = lastRows.Count;
            lastRows.Add(-1);
        }
        if (lastRows[id] != logs.Count)
        {
            lastRows[id] = logs.Count;
            terms.Add(id);
        }
    }

    private RowSet RowsOf(int id, int count)
    {
        var rows = RowSet.None(count);
        var all = CollectionsMarshal.AsSpan(terms);
        for (var (row, start) = (0, 0); row < count; start = ends[row++])
        {
            if (all[start..ends[row]].Contains(id))
            {
                rows.Add(row);
            }
        }
        return rows;
    }

    // Counting sort: the terms came in order of rows and stay so within each list.
    private (ushort[] Rows, int[] Starts) Sorted()
    {
        var starts = new int[lastRows.Count + 1];
        foreach (var id in terms)
        {
            starts[id + 1]++;
        }
        for (var id = 1; id < starts.Length; id++)
        {
            starts[id] += starts[id - 1];
        }
        var sorted = new ushort[terms.Count];
        var next = (int[])starts.Clone();
        for (var (row, at) = (0, 0); row < ends.Count; row++)
        {
            for (; at < ends[row]; at++)
            {
                sorted[next[terms[at]]++] = (ushort)row;
            }
        }
        return (sorted, starts);
    }

    private sealed class LiveView(LiveTerms live, IndexedLog[] logs) : ITermSource
    {
        public int Count => logs.Length;

        public (long First, long Last) Covers => (logs[0].Sequence, logs[^1].Sequence);

        public long Oldest { get; } = logs.Min(log => log.Time);

        public long Newest { get; } = logs.Max(log => log.Time);

        public IndexDefinition? Index => live.Index;

        public IndexedLog this[int row] => logs[row];

        public RowSet Find(string word)
        {
            lock (live.gate)
            {
                return live.words.TryGetValue(word, out var id) ? live.RowsOf(id, Count) : RowSet.None(Count);
            }
        }

        public RowSet Find(ulong first, ulong last)
        {
            lock (live.gate)
            {
                return live.characters.Find(first, last, Count);
            }
        }

        public RowSet Numbers(int field, Predicate<long> isWanted)
        {
            var rows = RowSet.None(Count);
            lock (live.gate)
            {
                foreach (var (row, bits) in live.numbers.GetValueOrDefault(field) ?? [])
                {
                    if (row < Count && isWanted(bits))
                    {
                        rows.Add(row);
                    }
                }
            }
            return rows;
        }

        public IEnumerable<string> Words(string prefix)
        {
            lock (live.gate)
            {
                return [.. live.words.Keys.Where(word => word.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            }
        }
    }
}
