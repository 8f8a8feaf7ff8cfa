using LlmObs.Web.Search;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Search;

/// <summary>The list under the query line while somebody types.</summary>
public sealed class SuggestModel(SuggestionReader suggestions, CurrentProject current, ViewerZone zone, TimeProvider time) : PageModel
{
    /// <param name="at">Where the caret stands.</param>
    public async Task<IActionResult> OnGetAsync(int at, CancellationToken cancellationToken)
    {
        // As it was typed: positions are of this very text.
        var line = (string?)Request.Query["q"] ?? "";
        var address = SearchAddress.Read(Request.Query, current.Project, zone);
        var (from, to) = address.Range.Window(time.GetUtcNow());
        try
        {
            return Partial("_Suggest", await suggestions.ReadAsync(current.Id, new(current.Name, line, from, to), at, cancellationToken));
        }
        catch (Exception exception) when (SearchFault.Is(exception))
        {
            // Fields are known without either.
            var caret = QueryCaret.Of(line, at);
            return Partial("_Suggest", new Suggestions(caret, caret.Field is null ? SuggestionReader.FieldsFor(caret.Typed) : [], null, [], null));
        }
    }
}
