using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>Turns a parsed search into the words of a logstore's term index.</summary>
public sealed class SearchCompiler(ColumnMap columns)
{
    private const string Separator = "\u0001";
    private readonly IndexDefinition index = columns.Index ?? throw SlsException.IndexNotExist();
    private readonly List<(string Term, string Key)> terms = [];

    public ColumnMap Columns => columns;

    /// <summary>The words looked for and their fields, for the answer's metadata.</summary>
    public IReadOnlyList<(string Term, string Key)> Terms => terms;

    /// <summary>Throws <see cref="SlsException"/> ParameterInvalid for what the index cannot be asked.</summary>
    public TermQuery Compile(QueryNode node) =>
        node switch
        {
            EveryLog => TermQuery.Everything,
            AndNode and => TermQuery.All(Compile(and.Left), Compile(and.Right)),
            OrNode or => TermQuery.Any(Compile(or.Left), Compile(or.Right)),
            NotNode not => new NotTerms(Compile(not.Inner)),
            MatchNode { Field: null } match => AnyField(match),
            MatchNode match => InField(match, match.Field!),
            CompareNode compare => Compare(compare),
            RangeNode range => Range(range),
            _ => throw new InvalidOperationException($"no condition for {node.GetType().Name}"),
        };

    private TermQuery AnyField(MatchNode match)
    {
        terms.Add((match.Value, ""));
        var hasWildcards = HasWildcards(match);
        if (index.Line is { } line)
        {
            // A field with a key index answers by that; the line holds the others. Documents, which take longest to read, come last.
            var own = TextKeys()
                .Where(key => line.Covers(key.Path))
                .OrderBy(key => key.Type == FieldType.Json)
                .Select(key => Match(columns[key].Id, null, key.Tokenizer, match, hasWildcards));
            return TermQuery.Any([Match(TermText.Line, null, line.Tokenizer, match, hasWildcards), .. own]);
        }
        var keys = TextKeys()
            .Concat(index.Keys.Where(key => !key.AnswersBareWords).SelectMany(key => key.JsonKeys).Where(leaf => leaf.AnswersBareWords))
            .ToList();
        if (match.Kind == ValueKind.Phrase || keys.Count == 0)
        {
            return TermQuery.Any(keys.Select(key => Match(columns[key].Id, null, key.Tokenizer, match, hasWildcards)));
        }
        return TermQuery.All(
            new Tokenizer(TokenizerSettings.WithoutLineIndex)
                .Pieces(match.Value, hasWildcards)
                .Select(piece =>
                    TermQuery.Any(keys.Select(key => Match(columns[key].Id, null, key.Tokenizer, match with { Value = piece }, hasWildcards)))
                )
        );
    }

    private IEnumerable<IndexKey> TextKeys() => index.Keys.Where(key => key.AnswersBareWords);

    private TermQuery InField(MatchNode match, string name)
    {
        terms.Add((match.Value, name));
        if (Undeclared(name) is { } undeclared)
        {
            return WholeValue(undeclared.Field, undeclared.Tag, match);
        }
        if (Find(name) is not { } found)
        {
            throw SlsException.Parameter(QueryParser.NotAKey(name));
        }
        var (key, leaf) = found;
        var field = columns[key].Id;
        if (key.Type is FieldType.Long or FieldType.Double)
        {
            return IsExists(match) ? new NumberTerm(field, _ => true)
                : match.Value.Length == 0 ? TermQuery.Nothing
                : Number(key, "=", match.Value, match.Position);
        }
        if (IsExists(match))
        {
            return new WordTerm(leaf is null ? TermText.Exists(field) : TermText.Exists(field, leaf));
        }
        if (match.Value.Length == 0)
        {
            return new WordTerm(leaf is null ? TermText.Empty(field) : TermText.Empty(field, leaf));
        }
        return Match(field, leaf, key.Tokenizer, match, HasWildcards(match));
    }

    private static bool IsExists(MatchNode match) => match is { Kind: ValueKind.Word, Value: "*" };

    private static (int Field, string? Tag)? Undeclared(string name) =>
        name switch
        {
            "__topic__" => (TermText.Topic, null),
            "__source__" or "source" => (TermText.Source, null),
            _ when name.StartsWith("__tag__:", StringComparison.Ordinal) => (TermText.Tag, name["__tag__:".Length..]),
            _ => null,
        };

    /// <summary>Topic, source and tags match as whole values.</summary>
    private static TermQuery WholeValue(int field, string? tag, MatchNode match)
    {
        if (IsExists(match))
        {
            return new WordTerm(tag is null ? TermText.Exists(field) : TermText.Exists(field, tag));
        }
        var open = tag is null ? TermText.Word(field, "") : TermText.Word(field, tag, "");
        if (HasWildcards(match))
        {
            return Wild(open, match.Value);
        }
        return tag is null && match.Value.Length == 0
            ? new WordTerm(TermText.Empty(field))
            : new WordTerm(tag is null ? TermText.Word(field, match.Value) : TermText.Word(field, tag, match.Value));
    }

    private (IndexKey Key, string? Leaf)? Find(string name)
    {
        var keys = index.Keys;
        if (Named(keys, name) is { } direct)
        {
            return (direct, null);
        }
        var parent = keys.Where(key => key.Type == FieldType.Json && name.StartsWith(key.Path + ".", StringComparison.OrdinalIgnoreCase))
            .MaxBy(key => key.Path.Length);
        if (parent is null)
        {
            return null;
        }
        if (Named(parent.JsonKeys, name) is { } leaf)
        {
            return (leaf, null);
        }
        return parent.IndexAll ? (parent, name[(parent.Path.Length + 1)..].ToLowerInvariant()) : null;
    }

    private static IndexKey? Named(IReadOnlyList<IndexKey> keys, string name) =>
        keys.FirstOrDefault(key => key.Path == name) ?? keys.FirstOrDefault(key => key.Path.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>All stretches of the value between delimiters must occur as terms, in any order; a phrase as it stands.</summary>
    private static TermQuery Match(int field, string? path, TokenizerSettings settings, MatchNode match, bool hasWildcards)
    {
        var tokenizer = new Tokenizer(settings);
        var run = new TermRun(field, path);
        if (match.Kind == ValueKind.Phrase)
        {
            // The text has the last word: it knows the delimiters.
            var phrase = tokenizer.Fold(match.Value);
            return run.Of(tokenizer.Terms(match.Value), value => tokenizer.Fold(value).Contains(phrase, StringComparison.Ordinal));
        }
        return TermQuery.All(
            tokenizer
                .Pieces(match.Value, hasWildcards)
                .Select(piece =>
                    !hasWildcards || !piece.AsSpan().ContainsAny('*', '?')
                        ? tokenizer.IsCharacters(piece)
                            ? run.OfCharacters(tokenizer.Terms(piece), piece)
                            : run.Of(tokenizer.Terms(piece))
                        : IsCut(tokenizer, piece)
                            ? WildRun(run, tokenizer, piece)
                            : Wild(path is null ? TermText.Word(field, "") : TermText.Word(field, path, ""), piece, run)
                )
        );
    }

    private static bool IsCut(Tokenizer tokenizer, string piece) =>
        Enumerable.Range(1, piece.Length - 1).Any(i => tokenizer.CutsBetween(piece[i - 1], piece[i]));

    private static TermQuery Wild(string open, string piece, TermRun? run = null)
    {
        var stem = piece[..piece.AsSpan().IndexOfAny('*', '?')];
        // What of a long term is kept as a digest counts as the rest of it.
        var end = piece.EndsWith('*') ? $"({Separator}.*)?$" : "$";
        var words = new WildTerm(open + stem, Anchored($"^{Regex.Escape(open)}{Wildcards(piece, null)}{end}"));
        return run is not null && CharacterKey.IsCharacter(stem) && piece.AsSpan(stem.Length).Trim('*').IsEmpty
            ? TermQuery.Any(words, run.Of($"{Separator}{stem}{Separator}"))
            : words;
    }

    /// <summary>A wildcard beside Chinese characters, which are terms of their own: the text decides.</summary>
    private static TermQuery WildRun(TermRun run, Tokenizer tokenizer, string piece)
    {
        var pattern = Anchored(Separator + Wildcards(piece, tokenizer) + Separator);
        var characters = tokenizer.Terms(piece).Split(Tokenizer.Separator).Where(term => CharacterKey.IsCharacter(term));
        return run.Checked(TermQuery.All(characters.Select(character => run.Needed(character))), pattern.IsMatch);
    }

    private static Regex Anchored(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static string Wildcards(string word, Tokenizer? tokenizer)
    {
        var pattern = new StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            if (tokenizer is not null && i > 0 && word[i] is not ('*' or '?') && tokenizer.CutsBetween(word[i - 1], word[i]))
            {
                pattern.Append(Tokenizer.Separator);
            }
            pattern.Append(
                word[i] switch
                {
                    '*' => "[^\\x01\\x02]*",
                    '?' => "[^\\x01\\x02]",
                    _ => Regex.Escape(word[i].ToString()),
                }
            );
        }
        return pattern.ToString();
    }

    private static bool HasWildcards(MatchNode match)
    {
        if (match.Kind != ValueKind.Word || !match.Value.AsSpan().ContainsAny('*', '?'))
        {
            return false;
        }
        return match.Value[0] is not ('*' or '?')
            ? true
            : throw SlsException.Parameter(
                $"ErrorType:OLSQueryParseError.ErrorMessage:a wildcard can't start a word: {match.Value} at position {match.Position.ToString(CultureInfo.InvariantCulture)}"
            );
    }

    private TermQuery Compare(CompareNode compare)
    {
        var (key, leaf) = Find(compare.Field) ?? throw SlsException.Parameter(QueryParser.NotAKey(compare.Field));
        if (leaf is not null || key.Type is FieldType.Text or FieldType.Json)
        {
            // As in the service: on text the condition is a search for its pieces.
            return TermQuery.All(
                new[] { compare.Field, compare.Number }.Select(word => AnyField(new MatchNode(null, word, ValueKind.Quoted, compare.Position)))
            );
        }
        terms.Add((compare.Number, compare.Field));
        return Number(key, compare.Operator, compare.Number, compare.Position);
    }

    private TermQuery Range(RangeNode range)
    {
        var (key, leaf) = Find(range.Field) ?? throw SlsException.Parameter(QueryParser.NotAKey(range.Field));
        if (leaf is not null || key.Type is FieldType.Text or FieldType.Json)
        {
            throw SlsException.Parameter(
                $"ErrorType:OLSQueryParseError.ErrorMessage:key ({range.Field}) is not of type long or double, a range needs one"
            );
        }
        return TermQuery.All(
            Number(key, range.LowIncluded ? ">=" : ">", range.Low, range.Position),
            Number(key, range.HighIncluded ? "<=" : "<", range.High, range.Position)
        );
    }

    private NumberTerm Number(IndexKey key, string comparison, string text, int position)
    {
        var field = columns[key].Id;
        if (key.Type == FieldType.Long && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return new NumberTerm(field, Holds(comparison, whole));
        }
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            throw SlsException.Parameter(
                $"ErrorType:OLSQueryParseError.ErrorMessage:'{text}' at position {position.ToString(CultureInfo.InvariantCulture)} is not a number"
            );
        }
        var holds = Holds(comparison, number);
        return new NumberTerm(field, key.Type == FieldType.Long ? bits => holds(bits) : bits => holds(BitConverter.Int64BitsToDouble(bits)));
    }

    private static Predicate<T> Holds<T>(string comparison, T limit)
        where T : IComparable<T> =>
        comparison switch
        {
            ">" => value => value.CompareTo(limit) > 0,
            ">=" => value => value.CompareTo(limit) >= 0,
            "<" => value => value.CompareTo(limit) < 0,
            "<=" => value => value.CompareTo(limit) <= 0,
            _ => value => value.CompareTo(limit) == 0,
        };
}
