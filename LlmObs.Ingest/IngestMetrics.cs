using System.Diagnostics.Metrics;

namespace LlmObs.Ingest;

/// <summary>Instruments of the way in.</summary>
public sealed class IngestMetrics
{
    public const string MeterName = "LlmObs.Ingest";

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _postponed;
    private readonly Counter<long> _logRecords;
    private readonly Counter<long> _foreignMetrics;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("llmobs.ingest.requests", "{request}", "Export requests by signal, protocol and status.");
        _duration = meter.CreateHistogram<double>("llmobs.ingest.request.duration", "s", "Time from the first byte to the answer, commit included.");
        _bytes = meter.CreateCounter<long>("llmobs.ingest.received", "By", "Bytes of bodies, inflated.");
        _accepted = meter.CreateCounter<long>("llmobs.ingest.spans.accepted", "{span}", "Spans committed for the first time.");
        _repeated = meter.CreateCounter<long>("llmobs.ingest.spans.repeated", "{span}", "Spans that were there already: a client's retry.");
        _rejected = meter.CreateCounter<long>("llmobs.ingest.spans.rejected", "{span}", "Spans refused one by one.");
        _postponed = meter.CreateCounter<long>(
            "llmobs.ingest.spans.postponed",
            "{span}",
            "Times that a span which comes in pieces could not be made of them; the log says why."
        );
        _logRecords = meter.CreateCounter<long>(
            "llmobs.ingest.log_records",
            "{record}",
            "Log records, by whether they were kept with a span or only counted."
        );
        _foreignMetrics = meter.CreateCounter<long>("llmobs.ingest.metrics", "{metric}", "Metrics received and not kept, by instrument.");
    }

    public void Request(string signal, string protocol, string status, TimeSpan duration)
    {
        KeyValuePair<string, object?>[] tags = [new("signal", signal), new("protocol", protocol), new("status", status)];
        _requests.Add(1, tags);
        _duration.Record(duration.TotalSeconds, tags);
    }

    public void Received(string protocol, long bytes) => _bytes.Add(bytes, new KeyValuePair<string, object?>("protocol", protocol));

    public void Spans(string project, long written, long repeated, long rejected)
    {
        var tag = new KeyValuePair<string, object?>("project", project);
        _accepted.Add(written, tag);
        _repeated.Add(repeated, tag);
        _rejected.Add(rejected, tag);
    }

    public void SpanPostponed(string project) => _postponed.Add(1, new KeyValuePair<string, object?>("project", project));

    public void LogRecords(string project, long kept, long counted)
    {
        _logRecords.Add(kept, new("project", project), new("outcome", "kept"));
        _logRecords.Add(counted, new("project", project), new("outcome", "counted"));
    }

    public void ForeignMetric(string project, string instrument) => _foreignMetrics.Add(1, new("project", project), new("instrument", instrument));
}
