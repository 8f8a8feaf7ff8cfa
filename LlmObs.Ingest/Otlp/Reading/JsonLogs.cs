using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>The members of a logs request.</summary>
internal static class JsonLogs
{
    public static void Request(ref JsonCursor cursor, ExportLogsServiceRequest request, string name)
    {
        if (name == "resourceLogs")
        {
            cursor.Array(
                request,
                static (ref JsonCursor c, ExportLogsServiceRequest target) =>
                {
                    var item = new ResourceLogs();
                    c.Object(item, ResourceLogs);
                    target.ResourceLogs.Add(item);
                }
            );
        }
    }

    private static void ResourceLogs(ref JsonCursor cursor, ResourceLogs target, string name)
    {
        switch (name)
        {
            case "resource":
                target.Resource = JsonCommon.Resource(ref cursor);
                break;
            case "scopeLogs":
                cursor.Array(
                    target,
                    static (ref JsonCursor c, ResourceLogs into) =>
                    {
                        var item = new ScopeLogs();
                        c.Object(item, ScopeLogs);
                        into.ScopeLogs.Add(item);
                    }
                );
                break;
        }
    }

    private static void ScopeLogs(ref JsonCursor cursor, ScopeLogs target, string name)
    {
        switch (name)
        {
            case "scope":
                target.Scope = JsonCommon.Scope(ref cursor);
                break;
            case "logRecords":
                cursor.Array(
                    target,
                    static (ref JsonCursor c, ScopeLogs into) =>
                    {
                        var record = new LogRecord();
                        c.Object(record, Record);
                        into.LogRecords.Add(record);
                    }
                );
                break;
        }
    }

    private static void Record(ref JsonCursor cursor, LogRecord record, string name)
    {
        switch (name)
        {
            case "timeUnixNano":
                record.TimeUnixNano = cursor.Unsigned64();
                break;
            case "observedTimeUnixNano":
                record.ObservedTimeUnixNano = cursor.Unsigned64();
                break;
            case "severityNumber":
                record.SeverityNumber = cursor.Enum<SeverityNumber>("SEVERITY_NUMBER_");
                break;
            case "severityText":
                record.SeverityText = cursor.String();
                break;
            case "body":
                record.Body = JsonCommon.Value(ref cursor);
                break;
            case "attributes":
                JsonCommon.Attributes(ref cursor, record.Attributes);
                break;
            case "traceId":
                record.TraceId = cursor.Id(Ids.TraceBytes);
                break;
            case "spanId":
                record.SpanId = cursor.Id(Ids.SpanBytes);
                break;
            case "eventName":
                record.EventName = cursor.String();
                break;
        }
    }
}
