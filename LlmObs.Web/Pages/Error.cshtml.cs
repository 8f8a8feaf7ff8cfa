using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

[ResponseCache(Duration = 0, Location = ResponseCacheLocation.None, NoStore = true)]
[IgnoreAntiforgeryToken]
public sealed class ErrorModel : PageModel
{
    public int Code { get; private set; }
    public string RequestId => Activity.Current?.TraceId.ToHexString() ?? HttpContext.TraceIdentifier;

    /// <summary>Where the reader wanted to go.</summary>
    public string Address { get; private set; } = "/";

    public void OnGet(int code) => Keep(code);

    public void OnPost(int code) => Keep(code);

    private void Keep(int code)
    {
        Code = code is >= 400 and < 600 ? code : 404;
        Response.StatusCode = Code;
        var features = HttpContext.Features;
        if (features.Get<IStatusCodeReExecuteFeature>() is { } reExecuted)
        {
            Address = reExecuted.OriginalPath + reExecuted.OriginalQueryString;
        }
        else if (features.Get<IExceptionHandlerPathFeature>() is { } failed)
        {
            Address = failed.Path + HttpContext.Request.QueryString;
        }
    }
}
