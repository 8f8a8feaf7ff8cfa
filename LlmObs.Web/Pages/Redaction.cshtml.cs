using LlmObs.Domain.Redaction;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Redaction;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace LlmObs.Web.Pages;

/// <summary>Where a rule found something in a recent span.</summary>
public sealed record SpanFind(string TraceId, string SpanId, string SpanName, string Rule, string Field, int Finds);

/// <summary>What redaction found, and a place to try rules before they are switched on. Trying stores nothing.</summary>
public sealed class RedactionModel(RedactionFinds finds, TraceReader traces, CurrentProject current) : PageModel
{
    private const int RecentSpans = 100;

    public IReadOnlyList<FindCount> Counts { get; private set; } = [];

    [BindProperty]
    public string? Sample { get; set; }

    [BindProperty]
    public string? Pattern { get; set; }

    public string? Result { get; private set; }
    public IReadOnlyList<KeyValuePair<string, int>> Found { get; private set; } = [];
    public IReadOnlyList<SpanFind>? InSpans { get; private set; }
    public string? Fault { get; private set; }

    public async Task OnGetAsync(CancellationToken cancellationToken) => Counts = await finds.OfAsync(current.Id, cancellationToken);

    public async Task OnPostTextAsync(CancellationToken cancellationToken)
    {
        Counts = await finds.OfAsync(current.Id, cancellationToken);
        if (Redactor() is { } redactor)
        {
            var rules = new List<string>();
            Result = redactor.Text(Sample ?? "", rules.Add);
            Found = [.. rules.CountBy(rule => rule)];
        }
    }

    public async Task OnPostSpansAsync(CancellationToken cancellationToken)
    {
        Counts = await finds.OfAsync(current.Id, cancellationToken);
        if (Redactor() is { } redactor)
        {
            var spans = new SpanRedactor(redactor, withIds: false);
            var recent = await traces.RecentAsync(current.Id, RecentSpans, cancellationToken);
            InSpans =
            [
                .. from record in recent
                from find in spans.Redact(record).Finds.CountBy(find => find)
                select new SpanFind(record.Span.TraceId, record.Span.SpanId, record.Span.Name, find.Key.Rule, find.Key.Field, find.Value),
            ];
        }
    }

    private TextRedactor? Redactor()
    {
        try
        {
            IReadOnlyList<RedactionRule> own = string.IsNullOrWhiteSpace(Pattern) ? [] : [RedactionRule.Own("own", Pattern)];
            return new([.. own, .. BuiltInRules.All], new HashSet<string>(), []);
        }
        catch (ArgumentException exception)
        {
            Fault = exception.Message;
            return null;
        }
    }
}
