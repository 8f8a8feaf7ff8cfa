namespace LlmObs.Web.Rendering.Sql;

public enum SqlTokenKind
{
    Space,
    Keyword,
    Name,
    Function,
    Text,
    Number,
    Comment,
    Mark,
}

/// <summary>A piece of a statement exactly as written: joined again, tokens give the statement.</summary>
public readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    public bool Is(string keyword) => Kind == SqlTokenKind.Keyword && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}
