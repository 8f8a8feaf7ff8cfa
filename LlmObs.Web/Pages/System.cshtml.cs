using LlmObs.Web.Health;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

/// <summary>Whether the stack is well: what is stored, what waits for SLS, whether SLS answers.</summary>
public sealed class SystemModel(SystemReader reader, CurrentProject current) : PageModel
{
    public SystemState State { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancellationToken) => State = await reader.ReadAsync(current.Name, cancellationToken);
}
