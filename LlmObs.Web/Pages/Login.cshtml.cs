using LlmObs.Web.Access;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

public enum LoginRefusal
{
    None,
    Unknown,
    StoreAway,
}

/// <summary>Opens a session: by the printed link (GET, once) or by a token or key typed in.</summary>
public sealed partial class LoginModel(SignIn signIn, ILogger<LoginModel> logger) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Token { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    public LoginRefusal Refused { get; private set; }

    public Task<IActionResult> OnGetAsync(CancellationToken cancellationToken) =>
        User.Identity?.IsAuthenticated == true ? Task.FromResult<IActionResult>(Onward()) : EnterAsync(cancellationToken);

    public Task<IActionResult> OnPostAsync(CancellationToken cancellationToken) => EnterAsync(cancellationToken);

    private async Task<IActionResult> EnterAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(Token))
        {
            return Page();
        }

        try
        {
            if (await signIn.TryAsync(HttpContext, Token, cancellationToken))
            {
                return Onward();
            }

            Refused = LoginRefusal.Unknown;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.CannotCheck(logger, exception);
            Refused = LoginRefusal.StoreAway;
        }

        return Page();
    }

    private LocalRedirectResult Onward() => LocalRedirect(Url.IsLocalUrl(To) ? To : "/");

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A login could not be checked")]
        public static partial void CannotCheck(ILogger logger, Exception exception);
    }
}
