using LlmObs.Domain;
using LlmObs.Domain.Redaction;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.Domain.Updates;
using LlmObs.Ingest.Prices;
using LlmObs.Ingest.Redaction;
using LlmObs.Ingest.Sampling;
using LlmObs.Storage.Prices;
using LlmObs.Storage.Redaction;

namespace LlmObs.Ingest;

/// <summary>The one door between every mapper and the writer: what must not be stored is masked, what a call cost is worked out.</summary>
public sealed class SpanDoor(Redactor redactor, PriceBook prices)
{
    public async ValueTask<SpanBatch> PassAsync(SpanBatch batch, CancellationToken cancellationToken)
    {
        var table = await prices.TableAsync(cancellationToken);
        batch = redactor.Redact(batch);
        return batch with { Spans = [.. batch.Spans.Select(record => record with { Span = table.Price(record.Span) })] };
    }

    /// <summary>What is said of a span that comes in pieces is masked before it is stored; it passes again, whole, once it is a span.</summary>
    /// <param name="wordsOf">Tells by a field's name where people's words may stand in it.</param>
    public UpdatedFields Pass(Project project, UpdatedFields update, Func<string, FieldWords?> wordsOf) => redactor.Redact(project, update, wordsOf);

    /// <summary>A score that does not travel with a span.</summary>
    public Score Pass(Project project, Score score) => redactor.Redact(project, score);
}

public static class SpanDoorServices
{
    public static IServiceCollection AddSpanDoor(this IServiceCollection services)
    {
        services.AddSingleton<SpanDoor>();
        services.AddHostedService<RedactionCountsLoop>();
        services.AddHostedService<SamplingLoop>();
        services.AddHostedService<RepricingLoop>();
        services.AddHostedService<RetentionLoop>();
        return services;
    }
}
