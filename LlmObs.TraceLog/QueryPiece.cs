namespace LlmObs.TraceLog;

/// <summary>A part of a query line, written anew: what SLS looks for, and what is asked of scores. What it does not ask is null.</summary>
/// <param name="Scores">In SQL; <c>{0}</c> stands for the first condition on scores of the line.</param>
internal readonly record struct QueryPiece(string? Search, string? Scores = null)
{
    /// <summary>Words are looked for in SLS before scores are compared: only where both must hold can a part ask for both.</summary>
    public bool IsMixed => Search is not null && Scores is not null;

    public static QueryPiece All(List<QueryPiece> pieces) => Joined(pieces, " and ");

    /// <summary>Mixed when one piece asks of scores and another does not.</summary>
    public static QueryPiece Any(List<QueryPiece> pieces) => Joined(pieces, " or ");

    public QueryPiece Negated() => new(Search is null ? null : $"(not {Search})", Scores is null ? null : $"(not {Scores})");

    private static QueryPiece Joined(List<QueryPiece> pieces, string keyword) =>
        new(Joined(pieces.ConvertAll(piece => piece.Search), keyword), Joined(pieces.ConvertAll(piece => piece.Scores), keyword));

    private static string? Joined(List<string?> parts, string keyword) =>
        parts.FindAll(part => part is not null) switch
        {
            [] => null,
            [var only] => only,
            var several => $"({string.Join(keyword, several)})",
        };
}
