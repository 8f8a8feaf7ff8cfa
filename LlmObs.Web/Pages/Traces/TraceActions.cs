using LlmObs.Storage.Cases;
using LlmObs.Storage.Labels;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What can be done with a trace: its cases, the form for another, and the queues it can be put into.</summary>
public sealed record TraceActionsView(string TraceId, string? SpanId, string Title, IReadOnlyList<CaseRow> Cases, IReadOnlyList<LabelQueue> Queues);

/// <summary>Stands in the head of the trace page, and reads by itself what it needs.</summary>
public sealed class TraceActions(CaseReader cases, LabelQueues queues, CurrentProject current) : ViewComponent
{
    public async Task<IViewComponentResult> InvokeAsync(string traceId, string? spanId, string title)
    {
        var cancellationToken = HttpContext.RequestAborted;
        return View(
            new TraceActionsView(
                traceId,
                spanId,
                title.Length > Domain.Cases.Case.MaxTitle ? title[..Domain.Cases.Case.MaxTitle] : title,
                await cases.OfTraceAsync(current.Id, traceId, cancellationToken),
                await queues.ListAsync(current.Id, cancellationToken)
            )
        );
    }
}
