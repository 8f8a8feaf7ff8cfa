using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Storage.Dify;
using LlmObs.Storage.Reconciling;
using LlmObs.TraceLog;
using LlmObs.Web.Health;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

/// <summary>Whether the stack is well: what is stored, what waits for SLS, whether SLS has it all.</summary>
public sealed class SystemModel(SystemReader reader, ParkedBatches parked, DifyProgress dify, CurrentProject current, TimeProvider time) : PageModel
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public SystemState State { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken cancellationToken) => State = await reader.ReadAsync(current.Name, cancellationToken);

    /// <summary>Gives a parked batch back to the shippers. One that is no longer parked is left as it is: somebody was quicker.</summary>
    public async Task<IActionResult> OnPostRetryAsync(long id, CancellationToken cancellationToken)
    {
        await parked.RetryAsync(current.Name, id, cancellationToken);
        return LocalRedirect(Links.System(current.Project));
    }

    /// <summary>Pauses the reading of Dify's history, or goes on with it.</summary>
    public async Task<IActionResult> OnPostDifyAsync(string source, bool pause, CancellationToken cancellationToken)
    {
        await dify.PauseAsync(source, pause, cancellationToken);
        return LocalRedirect(Links.System(current.Project));
    }

    /// <summary>A parked batch as the logs that would be sent, one JSON object a line.</summary>
    public async Task<IActionResult> OnPostExportAsync(long id, CancellationToken cancellationToken)
    {
        var records = await parked.ReadAsync(current.Name, id, cancellationToken);
        if (records.Count == 0)
        {
            return NotFound();
        }

        var lines = new StringBuilder();
        foreach (var record in records)
        {
            var log = SpanLog.ToLog(current.Name, record, time.GetUtcNow());
            lines.Append(JsonSerializer.Serialize(log.Contents.ToDictionary(field => field.Key, field => field.Value), Readable)).Append('\n');
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"llmobs-parked-{id}.jsonl");
        return File(Encoding.UTF8.GetBytes(lines.ToString()), "application/x-ndjson", name);
    }
}
