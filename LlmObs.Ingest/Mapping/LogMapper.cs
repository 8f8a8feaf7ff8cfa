using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.Collections;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Otlp.Protos;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Mapping;

/// <summary>Log records → content of their spans. GenAI events give messages, usage and errors; any other record with both ids becomes an event of its span.</summary>
internal sealed class LogMapper(IOptions<IngestOptions> options, TimeProvider time)
{
    public MappedLogs Map(RepeatedField<ResourceLogs> batch)
    {
        var receivedUnixNano = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var contents = new List<LateContent>();
        var rejected = new Rejections();
        var counted = 0;
        var taken = new HashSet<(string SpanId, long Time)>();
        for (var r = 0; r < batch.Count; r++)
        {
            for (var s = 0; s < batch[r].ScopeLogs.Count; s++)
            {
                var records = batch[r].ScopeLogs[s].LogRecords;
                for (var i = 0; i < records.Count; i++)
                {
                    if (Ids.IsNone(records[i].TraceId) || Ids.IsNone(records[i].SpanId))
                    {
                        counted++;
                    }
                    else if (Fault(records[i]) is { } fault)
                    {
                        rejected.Add($"resourceLogs[{r}].scopeLogs[{s}].logRecords[{i}]", fault);
                    }
                    else
                    {
                        contents.Add(Content(records[i], receivedUnixNano, taken));
                    }
                }
            }
        }

        return new(contents, counted, rejected);
    }

    private static string? Fault(LogRecord record) =>
        Ids.Fault(record.TraceId, Ids.TraceBytes, "traceId") ?? Ids.Fault(record.SpanId, Ids.SpanBytes, "spanId");

    private LateContent Content(LogRecord record, long receivedUnixNano, HashSet<(string, long)> taken)
    {
        var cleaning = new Cleaning(options.Value);
        cleaning.Attributes(record.Attributes, "log record");
        CleanBody(record, cleaning);
        var attributes = new AttributeMap(record.Attributes);
        var traceId = Ids.Hex(record.TraceId);
        var spanId = Ids.Hex(record.SpanId);
        var name = EventName(record, attributes);
        var body = record.Body is { ValueCase: not AnyValue.ValueOneofCase.None } ? AttributeJson.Write(record.Body) : null;
        var told = Told(name, attributes, record.Body);
        return new(
            traceId,
            spanId,
            Key(traceId, spanId, record, name, body),
            new(name, Time(record, receivedUnixNano, spanId, taken), EventAttributes(attributes, record, body)),
            told.Messages,
            told.Tools,
            told.Usage,
            told.ErrorType,
            told.ErrorMessage,
            told.FinishReasons
        );
    }

    private static void CleanBody(LogRecord record, Cleaning cleaning)
    {
        if (record.Body is not null)
        {
            var wrapped = new RepeatedField<KeyValue>
            {
                new KeyValue { Key = "body", Value = record.Body },
            };
            cleaning.Attributes(wrapped, "log record");
        }
    }

    // Older libraries put the name into an attribute, and some into the body itself.
    private static string EventName(LogRecord record, AttributeMap attributes)
    {
        if (record.EventName.Length > 0)
        {
            return Cleaning.Clean(record.EventName);
        }

        if (attributes.Text("event.name") is { } named)
        {
            return named;
        }

        return
            record.Body is { ValueCase: AnyValue.ValueOneofCase.StringValue } body && body.StringValue.StartsWith("gen_ai.", StringComparison.Ordinal)
            ? body.StringValue
            : "log";
    }

    private static GenAiContent Told(string name, AttributeMap attributes, AnyValue? body) =>
        GenAiContent.FromEvent(name, attributes, body?.Json() ?? default);

    // A later message must not come before an earlier one: clocks of a millisecond give a whole conversation one time.
    private static long Time(LogRecord record, long receivedUnixNano, string spanId, HashSet<(string, long)> taken)
    {
        var at = SpanTimes.Signed(record.TimeUnixNano);
        at = at > 0 ? at : SpanTimes.Signed(record.ObservedTimeUnixNano);
        at = at > 0 ? at : receivedUnixNano;
        while (!taken.Add((spanId, at)))
        {
            at++;
        }

        return at;
    }

    private static JsonText EventAttributes(AttributeMap attributes, LogRecord record, string? body) =>
        new(
            AttributeJson.WriteText(writer =>
            {
                writer.WriteStartObject();
                foreach (var (key, value) in attributes.All)
                {
                    writer.WritePropertyName(key);
                    AttributeJson.WriteValue(writer, value);
                }

                if (record.SeverityText.Length > 0)
                {
                    writer.WriteString("log.severity", Cleaning.Clean(record.SeverityText));
                }

                if (body is not null)
                {
                    writer.WritePropertyName("log.body");
                    AttributeJson.WriteValue(writer, record.Body);
                }

                writer.WriteEndObject();
            })
        );

    // Records have no id: one sent twice is known by what it says.
    private static string Key(string traceId, string spanId, LogRecord record, string name, string? body)
    {
        var attributes = body is null ? AttributeJson.Write(new AttributeMap(record.Attributes)).ToString() : "";
        var identity = string.Create(CultureInfo.InvariantCulture, $"{traceId}/{spanId}/{record.TimeUnixNano}/{name}/{body}/{attributes}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }
}
