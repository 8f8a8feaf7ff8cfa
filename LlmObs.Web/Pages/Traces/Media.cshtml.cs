using LlmObs.Storage.Writing;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages.Traces;

/// <summary>An image or file that a client took out of a prompt. Only pictures that cannot hold a script are shown; the rest is to save.</summary>
public sealed class MediaModel(MediaStore media, CurrentProject current) : PageModel
{
    public async Task<IActionResult> OnGetAsync(string mediaId, CancellationToken cancellationToken)
    {
        if (await media.FindAsync(current.Id, mediaId, cancellationToken) is not { Body: { } body } file)
        {
            return NotFound();
        }

        return MediaReference.IsPicture(file.ContentType) ? File(body, file.ContentType) : File(body, "application/octet-stream", mediaId);
    }
}
