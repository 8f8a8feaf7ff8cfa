using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Search;

/// <summary>A search as a condition on the columns of a logstore.</summary>
public sealed class SearchSql(ColumnMap columns)
{
    private const string S = "\u0001";
    private readonly IndexDefinition index = columns.Index ?? throw SlsException.IndexNotExist();
    private readonly List<(string Term, string Key)> terms = [];

    /// <summary>The words looked for and their fields, for the answer's metadata.</summary>
    public IReadOnlyList<(string Term, string Key)> Terms => terms;

    public SearchCondition Condition(QueryNode node) =>
        node switch
        {
            EveryLog => SearchCondition.True,
            AndNode and => SearchCondition.All(Condition(and.Left), Condition(and.Right)),
            OrNode or => SearchCondition.Any(Condition(or.Left), Condition(or.Right)),
            NotNode not => Not(Condition(not.Inner)),
            MatchNode { Field: null } match => AnyField(match),
            MatchNode match => InField(match, match.Field!),
            CompareNode compare => Compare(compare),
            RangeNode range => SearchCondition.OfTable(Range(range)),
            _ => throw new InvalidOperationException($"no condition for {node.GetType().Name}"),
        };

    // Unknown (a log without the field) is not a match, so its complement is one.
    private static SearchCondition Not(SearchCondition inner) => new($"(({inner.Sql}) IS NOT TRUE)", new NotTerms(inner.Terms));

    private SearchCondition AnyField(MatchNode match)
    {
        terms.Add((match.Value, ""));
        if (index.Line is { } line)
        {
            // A field with a key index answers by that; the line holds the others.
            var own = TextKeys().Where(key => line.Covers(key.Path)).Select(key => Match(columns[key], RawField(key), key.Tokenizer, match));
            return SearchCondition.Any([Match(null, "raw", line.Tokenizer, match), .. own]);
        }
        var keys = TextKeys()
            .Concat(index.Keys.Where(key => !key.AnswersBareWords).SelectMany(key => key.JsonKeys).Where(leaf => leaf.AnswersBareWords))
            .ToList();
        if (match.Kind == ValueKind.Phrase || keys.Count == 0)
        {
            return SearchCondition.Any(keys.Select(key => Match(columns[key], RawField(key), key.Tokenizer, match)));
        }
        return SearchCondition.All(
            new Tokenizer(TokenizerSettings.WithoutLineIndex)
                .Pieces(match.Value)
                .Select(piece =>
                    SearchCondition.Any(
                        keys.Select(key => Match(columns[key], RawField(key), key.Tokenizer, match with { Value = piece, Kind = ValueKind.Quoted }))
                    )
                )
        );
    }

    private IEnumerable<IndexKey> TextKeys() => index.Keys.Where(key => key.AnswersBareWords);

    private SearchCondition InField(MatchNode match, string name)
    {
        terms.Add((match.Value, name));
        if (Whole(name) is { } whole)
        {
            return SearchCondition.OfTable(WholeValue(whole, match));
        }
        if (Find(name) is not { } found)
        {
            throw SlsException.Parameter(QueryParser.NotAKey(name));
        }
        var (key, leaf) = found;
        var field = columns[key];
        if (leaf is not null)
        {
            return Leaf(field, leaf, key, match);
        }
        if (IsExists(match))
        {
            return SearchCondition.OfTable(field.HasTerms ? $"{field.Terms} <> ''" : $"{field.Value} IS NOT NULL");
        }
        if (key.Type is FieldType.Long or FieldType.Double)
        {
            return match.Value.Length == 0
                ? SearchCondition.False
                : SearchCondition.OfTable($"{field.Value} = {Number(match.Value, match.Position)}");
        }
        return match.Value.Length == 0 ? SearchCondition.OfTable($"{field.Terms} = ''") : Match(field, RawField(key), key.Tokenizer, match);
    }

    private static bool IsExists(MatchNode match) => match is { Kind: ValueKind.Word, Value: "*" };

    /// <summary>Topic, source and tags match as whole values.</summary>
    private static (string Column, string Before, string After)? Whole(string name) =>
        name switch
        {
            "__topic__" => ("topic", "", ""),
            "__source__" or "source" => ("source", "", ""),
            _ when name.StartsWith("__tag__:", StringComparison.Ordinal) => ("tags", $"{S}{name["__tag__:".Length..]}\u0002", S),
            _ => null,
        };

    private static string WholeValue((string Column, string Before, string After) at, MatchNode match)
    {
        if (IsExists(match))
        {
            return at.Before.Length == 0
                ? $"{at.Column} <> ''"
                : $"regexp_matches({at.Column}, {Literal.Text(Regex.Escape(at.Before) + "[^\\x01]")})";
        }
        if (HasWildcards(match))
        {
            var pattern = Wildcards(match.Value);
            return $"regexp_matches({at.Column}, {Literal.Text(at.Before.Length == 0 ? $"^{pattern}$" : Regex.Escape(at.Before) + pattern + S)})";
        }
        return at.Before.Length == 0
            ? $"{at.Column} = {Literal.Text(match.Value)}"
            : $"contains({at.Column}, {Literal.Text(at.Before + match.Value + at.After)})";
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
        return parent.IndexAll ? (parent, name[(parent.Path.Length + 1)..]) : null;
    }

    private static IndexKey? Named(IReadOnlyList<IndexKey> keys, string name) =>
        keys.FirstOrDefault(key => key.Path == name) ?? keys.FirstOrDefault(key => key.Path.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string RawField(IndexKey key) => $"json_extract_string(raw, {Literal.Text(JsonPath(key.Path))})";

    private static string JsonPath(string field) => $"$.\"{field.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>All stretches of the value between delimiters must occur as terms, in any order; a phrase as it stands.</summary>
    /// <param name="field">Null: the line index.</param>
    private static SearchCondition Match(IndexedField? field, string rawText, TokenizerSettings settings, MatchNode match)
    {
        var tokenizer = new Tokenizer(settings);
        if (match.Kind == ValueKind.Phrase)
        {
            var phrase = rawText == "raw" ? System.Text.Json.JsonSerializer.Serialize(match.Value, RowBuilder.Json)[1..^1] : match.Value;
            var (text, wanted) = settings.CaseSensitive ? (rawText, phrase) : ($"lower({rawText})", phrase.ToLowerInvariant());
            // The terms decide cheaply, the text itself has the last word: it knows the delimiters.
            return Run(field, tokenizer.Terms(match.Value)).Narrowed($"contains({text}, {Literal.Text(wanted)})");
        }
        var hasWildcards = HasWildcards(match);
        return SearchCondition.All(
            tokenizer
                .Pieces(match.Value, hasWildcards)
                .Select(piece =>
                    hasWildcards && piece.AsSpan().ContainsAny('*', '?') ? Wild(Column(field), tokenizer, piece) : Run(field, tokenizer.Terms(piece))
                )
        );
    }

    private static string Column(IndexedField? field) => field?.Terms ?? "line";

    private static SearchCondition Run(IndexedField? field, string terms) =>
        new($"contains({Column(field)}, {Literal.Text(terms)})", new TermRun(field?.Id ?? TermKey.Line, terms));

    private static SearchCondition Wild(string column, Tokenizer tokenizer, string piece)
    {
        var stem = piece[..^1];
        return SearchCondition.OfTable(
            piece.EndsWith('*') && !stem.AsSpan().ContainsAny('*', '?')
                ? $"contains({column}, {Literal.Text(tokenizer.Terms(stem).TrimEnd(Tokenizer.Separator))})"
                : $"regexp_matches({column}, {Literal.Text(S + Wildcards(piece, tokenizer) + S)})"
        );
    }

    private static string Wildcards(string word, Tokenizer? tokenizer = null)
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
                    '*' => "[^\\x01]*",
                    '?' => "[^\\x01]",
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

    /// <summary>A leaf that has no column of its own: its terms stand after its path among the document's.</summary>
    private static SearchCondition Leaf(IndexedField field, string path, IndexKey key, MatchNode match)
    {
        var column = field.Terms;
        var open = $"\u0002{path.ToLowerInvariant()}";
        if (IsExists(match))
        {
            return SearchCondition.OfTable(
                $"(contains({column}, {Literal.Text(open + "\u0002")}) OR contains({column}, {Literal.Text(open + ".")}))"
            );
        }
        var tokenizer = new Tokenizer(key.Tokenizer);
        if (match.Value.Length == 0)
        {
            return SearchCondition.OfTable($"regexp_matches({column}, {Literal.Text(Regex.Escape(open) + "\\x02(\\x02|$)")})");
        }
        var wild = HasWildcards(match);
        var pieces = match.Kind == ValueKind.Phrase ? [match.Value] : tokenizer.Pieces(match.Value, wild);
        return SearchCondition.All(
            pieces.Select(piece =>
            {
                var terms = tokenizer.Terms(piece);
                var pattern = wild ? S + Wildcards(piece, tokenizer) + S : Regex.Escape(terms);
                var exact = $"regexp_matches({column}, {Literal.Text(Regex.Escape(open) + "\\x02(\\x01[^\\x02]*)?" + pattern)})";
                return wild ? SearchCondition.OfTable(exact) : Run(field, terms).Narrowed(exact);
            })
        );
    }

    private SearchCondition Compare(CompareNode compare)
    {
        var (key, leaf) = Find(compare.Field) ?? throw SlsException.Parameter(QueryParser.NotAKey(compare.Field));
        if (leaf is not null || key.Type is FieldType.Text or FieldType.Json)
        {
            // As in the service: on text the condition is a search for its pieces.
            return SearchCondition.All(
                new[] { compare.Field, compare.Number }.Select(word => AnyField(new MatchNode(null, word, ValueKind.Quoted, compare.Position)))
            );
        }
        terms.Add((compare.Number, compare.Field));
        return SearchCondition.OfTable($"{columns[key].Value} {compare.Operator} {Number(compare.Number, compare.Position)}");
    }

    private string Range(RangeNode range)
    {
        var (key, leaf) = Find(range.Field) ?? throw SlsException.Parameter(QueryParser.NotAKey(range.Field));
        if (leaf is not null || key.Type is FieldType.Text or FieldType.Json)
        {
            throw SlsException.Parameter(
                $"ErrorType:OLSQueryParseError.ErrorMessage:key ({range.Field}) is not of type long or double, a range needs one"
            );
        }
        var value = columns[key].Value;
        return $"({value} {(range.LowIncluded ? ">=" : ">")} {Number(range.Low, range.Position)} AND {value} {(range.HighIncluded ? "<=" : "<")} {Number(range.High, range.Position)})";
    }

    private static string Number(string text, int position)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return Literal.Number(whole);
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? Literal.Number(number)
            : throw SlsException.Parameter(
                $"ErrorType:OLSQueryParseError.ErrorMessage:'{text}' at position {position.ToString(CultureInfo.InvariantCulture)} is not a number"
            );
    }
}
