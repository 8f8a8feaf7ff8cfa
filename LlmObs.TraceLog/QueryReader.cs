using LlmObs.Domain.Scores;

namespace LlmObs.TraceLog;

/// <summary>Reads a query line by the grammar, top down, and writes SLS search text: what joins conditions here, one condition in <see cref="ConditionReader"/>.</summary>
internal sealed class QueryReader
{
    private readonly QueryScanner scan;
    private readonly ConditionReader conditions;
    private int depth;
    private int negations;

    public QueryReader(string line)
    {
        scan = new(line);
        conditions = new(scan);
    }

    public int Conditions { get; private set; }

    public IReadOnlyList<ScoreCondition> Scores => conditions.Scores;

    public IReadOnlyList<string> Words => [.. conditions.Words.Distinct(StringComparer.OrdinalIgnoreCase).Take(QueryLine.MostWords)];

    public QueryPiece ReadAll()
    {
        var line = ReadOr();
        scan.SkipBlanks();
        return scan.AtEnd ? line : throw new QueryException($"There is a closing parenthesis too many.", scan.Position);
    }

    private QueryPiece ReadOr()
    {
        var phraseBefore = conditions.LastPhrase;
        List<QueryPiece> pieces = [ReadAnd()];
        while (scan.TakeKeyword("or"))
        {
            pieces.Add(ReadAnd());
            RefusePhraseSince(phraseBefore, "or");
            RefuseMixed(QueryPiece.Any(pieces), "or");
        }

        return QueryPiece.Any(pieces);
    }

    private QueryPiece ReadAnd()
    {
        List<QueryPiece> pieces = [ReadUnit()];
        while (scan.TakeKeyword("and") || !(scan.IsAtClose() || scan.IsAtKeyword("or")))
        {
            pieces.Add(ReadUnit());
        }

        return QueryPiece.All(pieces);
    }

    private QueryPiece ReadUnit()
    {
        if (++depth > QueryLine.MostDepth)
        {
            throw new QueryException($"The query is nested deeper than {QueryLine.MostDepth} levels.", scan.Position);
        }

        var unit =
            scan.TakeKeyword("not") ? ReadNegated()
            : scan.TakeOpen() ? ReadGroup()
            : ReadCondition();
        depth--;
        return unit;
    }

    private QueryPiece ReadNegated()
    {
        negations++;
        var phraseBefore = conditions.LastPhrase;
        var unit = ReadUnit();
        RefusePhraseSince(phraseBefore, "not");
        RefuseMixed(unit, "not");
        negations--;
        return unit.Negated();
    }

    private QueryPiece ReadGroup()
    {
        var opened = scan.Position - 1;
        var group = ReadOr();
        scan.SkipBlanks();
        if (scan.AtEnd)
        {
            throw new QueryException($"This parenthesis is not closed.", opened);
        }

        scan.Position++;
        return group;
    }

    private QueryPiece ReadCondition()
    {
        scan.SkipBlanks();
        if (scan.AtEnd)
        {
            throw new QueryException($"A condition is missing at the end.", scan.Position);
        }

        if (scan.IsAtKeyword("and") || scan.IsAtKeyword("or"))
        {
            throw new QueryException($"'and' and 'or' need a condition on both sides; in quotes they are words.", scan.Position);
        }

        if (++Conditions > QueryLine.MostConditions)
        {
            throw new QueryException($"The query has more than {QueryLine.MostConditions} conditions.", scan.Position);
        }

        return conditions.Read(isWanted: negations == 0);
    }

    private void RefusePhraseSince(int phraseBefore, string keyword)
    {
        if (conditions.LastPhrase != phraseBefore)
        {
            throw new QueryException(
                $"A phrase (#\"…\") cannot stand beside '{keyword}': SLS finds phrases only where every condition must hold.",
                conditions.LastPhrase
            );
        }
    }

    private void RefuseMixed(QueryPiece piece, string keyword)
    {
        if (piece.IsMixed)
        {
            throw new QueryException(
                $"A score and other conditions cannot share '{keyword}': scores are compared in what the others find. Join them with 'and'.",
                conditions.LastScore
            );
        }
    }
}
