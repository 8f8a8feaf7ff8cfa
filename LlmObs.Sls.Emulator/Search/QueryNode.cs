namespace LlmObs.Sls.Emulator.Search;

/// <summary>A search, parsed. Positions are zero-based characters of the search part.</summary>
public abstract record QueryNode;

/// <summary>Everything: <c>*</c> or nothing.</summary>
public sealed record EveryLog : QueryNode;

public sealed record AndNode(QueryNode Left, QueryNode Right) : QueryNode;

public sealed record OrNode(QueryNode Left, QueryNode Right) : QueryNode;

public sealed record NotNode(QueryNode Inner) : QueryNode;

/// <param name="Field">Null: any field of the line index.</param>
public sealed record MatchNode(string? Field, string Value, ValueKind Kind, int Position) : QueryNode;

/// <param name="Operator">One of <c>&gt; &gt;= &lt; &lt;= =</c>.</param>
/// <param name="Number">As written.</param>
public sealed record CompareNode(string Field, string Operator, string Number, int Position) : QueryNode;

public sealed record RangeNode(string Field, string Low, bool LowIncluded, string High, bool HighIncluded, int Position) : QueryNode;

public enum ValueKind
{
    /// <summary>Bare: <c>*</c> and <c>?</c> are wildcards.</summary>
    Word,

    /// <summary>In double quotes: everything is literal; all its terms in any order.</summary>
    Quoted,

    /// <summary><c>#"…"</c>: exactly this text.</summary>
    Phrase,
}
