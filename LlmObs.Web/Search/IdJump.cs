using LlmObs.Storage.Reading;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Search;

/// <summary>Where a pasted id leads: to its trace, its request, its session or its user.</summary>
public sealed class IdJump(TraceReader traces)
{
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
            { Kind: IdKind.Span, TraceIds: [var newest, ..] } => Links.Trace(address.Project, newest, match.Id),
            { Kind: IdKind.Request } => Links.Request(address.Project, match.Id),
            { Kind: IdKind.Session } => Links.Session(address.Project, match.Id),
            { Kind: IdKind.User } => Links.User(address.Project, match.Id),
            _ => Links.Trace(address.Project, match.Id),
        };
}
