using CsCheck;
using LlmObs.Sls.Emulator.Search;
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
                    using var segment = Written(rows);
                    foreach (var left in Pieces.Select(piece => Tokens.Terms(piece).Trim('\u0001')).Where(IsTerm))
                    {
                        Assert.Equal(Scan(rows, $"\u0001{left}\u0001"), segment.Find(TermKey.Of(3, left)));
                        Assert.Empty(segment.Find(TermKey.Of(4, left)));
                        foreach (
                            var right in Pieces
                                .Select(piece => Tokens.Terms(piece).Trim('\u0001'))
                                .Where(right => TermKey.IsCharacter(left) && TermKey.IsCharacter(right))
                        )
                        {
                            Assert.Equal(Scan(rows, $"\u0001{left}\u0001{right}\u0001"), segment.Find(TermKey.Of(3, left, right)));
                        }
                    }
                },
                iter: 100,
                threads: 1
            );

    [Fact]
    public void Is_refused_when_any_byte_is_wrong_or_missing()
    {
        Written(["\u0001error\u0001", "\u0001订\u0001单\u0001"]).Dispose();
        var whole = File.ReadAllBytes(Path);
        for (var i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(Path, whole.AsSpan(0, i));
            Assert.Null(TermSegment.Open(Path));
            var bytes = (byte[])whole.Clone();
            bytes[i] ^= 0x40;
            File.WriteAllBytes(Path, bytes);
            Assert.Null(TermSegment.Open(Path));
        }
    }

    private static bool IsTerm(string term) => term.Length > 0 && !term.Contains('\u0001');

    private static int[] Scan(List<string> rows, string wanted) =>
        [.. Enumerable.Range(0, rows.Count).Where(row => rows[row].Contains(wanted, StringComparison.Ordinal))];

    private TermSegment Written(IEnumerable<string> rows)
    {
        var builder = new TermSegmentBuilder();
        foreach (var terms in rows)
        {
            builder.AddRow(new RowTime(builder.Rows + 1, 1_700_000_000 + builder.Rows, 7));
            builder.AddTerms(3, terms);
        }
        builder.Write(Path, (1, builder.Rows));
        return TermSegment.Open(Path)!;
    }
}
