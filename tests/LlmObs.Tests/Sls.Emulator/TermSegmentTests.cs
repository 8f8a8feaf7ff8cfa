using CsCheck;
using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class TermSegmentTests : IDisposable
{
    private static readonly Tokenizer Tokens = new(new TokenizerSettings(" ,.", CaseSensitive: false, Chinese: true));
    private static readonly string[] Pieces = ["订", "单", "查", "询", "a", "b", "AB", "中文", " ", ",", "，", "１", "ｘ", "select", "𠀀"];
    private readonly string directory = Directory.CreateTempSubdirectory("terms").FullName;

    private string Path => System.IO.Path.Combine(directory, "1.terms");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Finds_the_rows_that_a_scan_of_the_terms_finds() =>
        Gen.Int[0, Pieces.Length - 1]
            .Select(i => Pieces[i])
            .Array[0, 12]
            .Select(string.Concat)
            .Array[1, 60]
            .Sample(
                values =>
                {
                    var rows = values.Select(value => Tokens.Terms(value)).ToList();
                    var live = Live(rows);
                    live.Write(Path);
                    using var segment = TermSegment.Open(Path)!;
                    foreach (var source in new[] { live.View()!, segment })
                    {
                        Check(source, rows);
                    }
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public void Is_refused_when_any_byte_is_wrong_or_missing()
    {
        Live(["\u0001error\u0001", "\u0001订\u0001单\u0001"]).Write(Path);
        var whole = File.ReadAllBytes(Path);
        for (var i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(Path, whole.AsSpan(0, i));
            Assert.Null(TermSegment.Open(Path));
            var bytes = (byte[])whole.Clone();
            bytes[i] ^= 0x40;
            File.WriteAllBytes(Path, bytes);
            using var damaged = TermSegment.Open(Path);
            if (damaged is not null)
            {
                Assert.Throws<DamagedTermsException>(() => ReadAll(damaged));
            }
        }
    }

    [Fact]
    public void Tells_long_words_apart_that_begin_alike()
    {
        var begin = new string('x', 300);
        Live([$"\u0001{begin}a\u0001", $"\u0001{begin}b\u0001"]).Write(Path);
        using var segment = TermSegment.Open(Path)!;
        Assert.Equal([1], segment.Find(TermText.Word(3, begin + "b")).Members());
        Assert.Empty(segment.Find(TermText.Word(3, begin)).Members());
        Assert.Equal(2, segment.Words(TermText.Word(3, "xx")).Count());
    }

    private static void Check(ITermSource source, List<string> rows)
    {
        var pieces = Pieces.Select(piece => Tokens.Terms(piece).Trim('\u0001')).Where(IsTerm).ToList();
        foreach (var piece in pieces)
        {
            Assert.Equal(Scan(rows, $"\u0001{piece}\u0001"), Find(source, 3, piece));
            Assert.Empty(Find(source, 4, piece));
        }
        foreach (var left in pieces.Where(piece => CharacterKey.IsCharacter(piece)))
        {
            foreach (var right in pieces.Where(piece => CharacterKey.IsCharacter(piece)))
            {
                Assert.Equal(Scan(rows, $"\u0001{left}\u0001{right}\u0001"), Pair(source, left, right).Members());
            }
        }
        var words = rows.SelectMany(row => row.Split('\u0001')).Where(word => word.StartsWith('a')).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(words.Select(word => TermText.Word(3, word)), source.Words(TermText.Word(3, "a")));
        Assert.Equal(Enumerable.Range(0, rows.Count).Where(row => row % 3 == 1), source.Numbers(9, number => number % 3 == 1).Members());
    }

    private static RowSet Pair(ITermSource source, string left, string right) =>
        source.Find(CharacterKey.Of(3, left, right), CharacterKey.Of(3, left, right));

    private static IEnumerable<int> Find(ITermSource source, int field, string term) =>
        CharacterKey.IsCharacter(term)
            ? source.Find(CharacterKey.Of(field, term), CharacterKey.Last(CharacterKey.Of(field, term))).Members()
            : source.Find(TermText.Word(field, term)).Members();

    // Every block there is: the words, the characters, the numbers.
    private static void ReadAll(TermSegment segment)
    {
        Assert.NotEmpty(segment.Words(""));
        segment.Find(0, ulong.MaxValue);
        segment.Numbers(9, _ => true);
    }

    private static bool IsTerm(string term) => term.Length > 0 && !term.Contains('\u0001');

    private static int[] Scan(List<string> rows, string wanted) =>
        [.. Enumerable.Range(0, rows.Count).Where(row => rows[row].Contains(wanted, StringComparison.Ordinal))];

    private static LiveTerms Live(List<string> rows)
    {
        var live = new LiveTerms(index: null);
        for (var i = 0; i < rows.Count; i++)
        {
            var row = new LogRow(
                1_700_000_000 + i,
                7,
                new LogOrigin("", "", []),
                [],
                [new FieldText(3, null, rows[i].Trim('\u0001'), rows[i])],
                [(9, i)]
            );
            live.Add(i + 1, row, new LogPlace(1, 0, i));
        }
        return live;
    }
}
