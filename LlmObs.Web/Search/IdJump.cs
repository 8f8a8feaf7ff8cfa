using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Search;

/// <summary>Where a pasted id leads: straight to its trace, its session or its user, or to the list of what it joins.</summary>
public sealed class IdJump(TraceReader traces)
{
    private static readonly TimeRange Wide = new("30d");

    /// <summary>The address to go to; null when the line is no id anybody knows.</summary>
    public async Task<string?> FindAsync(SearchAddress address, CancellationToken cancellationToken)
    {
        if (address.Cursor is not null || QueryText.Parse(address.Query).OnlyWord is not { } word)
        {
            return null;
        }

        return await traces.FindIdAsync(address.Project.Id, word, cancellationToken) is { } match ? Target(address, match) : null;
    }

    public static string Target(SearchAddress address, IdMatch match) =>
        match switch
        {
            { Kind: IdKind.Trace } => Links.Trace(address.Project, match.Id),
            { Kind: IdKind.Span, TraceIds: [var only, ..] } => Links.Trace(address.Project, only, match.Id),
            { Kind: IdKind.Request, TraceIds: [var only] } => Links.Trace(address.Project, only),
            { Kind: IdKind.Session } => Links.Session(address.Project, match.Id),
            { Kind: IdKind.User } => Links.User(address.Project, match.Id),
            _ => List(address, match).Url,
        };

    private static SearchAddress List(SearchAddress address, IdMatch match)
    {
        var list = address.Asking(QueryText.Condition(match.Kind.ToString().ToLowerInvariant(), match.Id));
        return list.Range.Last is not null && list.Range.Span < Wide.Span ? list.Over(Wide) : list;
    }
}
