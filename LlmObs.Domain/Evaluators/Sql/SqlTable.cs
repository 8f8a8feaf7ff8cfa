namespace LlmObs.Domain.Evaluators.Sql;

public enum SqlColumnType
{
    Text,
    Number,
    Time,
    Boolean,
    Other,
}

public sealed record SqlColumn(string Name, SqlColumnType Type);

/// <summary>Rows as text, each as long as the columns; null is NULL. Numbers are written invariantly.</summary>
/// <param name="IsCut">There were more rows than were read.</param>
public sealed record SqlTable(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows, bool IsCut);
