using LlmObs.Domain.GenAi;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Mapping.Fields;
using OtlpSpan = LlmObs.Ingest.Otlp.Protos.Span;
using SpanKind = LlmObs.Domain.Spans.SpanKind;

namespace LlmObs.Ingest.Mapping;

/// <summary>The reading of one span: attributes first, events for what they lack.</summary>
internal sealed class SpanReading
{
    private readonly OtlpSpan _span;
    private readonly SpanOrigin _from;
    private readonly Cleaning _cleaning;
    private readonly AttributeMap _attributes;

    public SpanReading(OtlpSpan span, SpanOrigin from, Cleaning cleaning)
    {
        (_span, _from, _cleaning) = (span, from, cleaning);
        Vectors.Cut(span.Attributes, cleaning);
        cleaning.Attributes(span.Attributes, "span");
        _attributes = new AttributeMap(span.Attributes);
    }

    public SpanRecord Record()
    {
        var rawName = _cleaning.Text(_span.Name, "name");
        var times = SpanTimes.From(_span.StartTimeUnixNano, _span.EndTimeUnixNano, _from.ReceivedUnixNano, _cleaning);
        var kind = KindRules.Kind(
            _attributes,
            rawName,
            _span.Events.Any(e => e.Name is GenAiNames.Events.DbQueryResult or GenAiNames.Events.DbSearchResult)
        );
        var name = DisplayName(kind, rawName);

        var (events, told) = EventReader.Read(_span.Events, _cleaning);
        var content = SpanContentReader.Read(_attributes, kind, name, told);
        var outcome = SpanOutcome.Of(_span, _attributes, kind, _from.ScopeName, content.HasOutput, _cleaning);
        var (requested, served) = Models(kind);

        var record = new Domain.Spans.Span
        {
            TraceId = Ids.Hex(_span.TraceId),
            SpanId = Ids.Hex(_span.SpanId),
            ParentSpanId = Parent(),
            Name = name,
            RawName = rawName,
            Kind = kind,
            Status = outcome.Status,
            StatusMessage = outcome.Message,
            ErrorType = outcome.ErrorType ?? told.ErrorType,
            StartUnixNano = times.StartUnixNano,
            DurationNano = times.DurationNano,
            OtelKind = OtelKind(),
            Service = Service(),
            Host = _from.Resource.Attributes.Text(FieldTables.Host),
            Environment = Environment(),
            Release = _attributes.Text(FieldTables.LangfuseRelease) ?? _from.Resource.Attributes.Text(FieldTables.Release),
            Version = _attributes.Text(FieldTables.Version),
            Tags = FieldTables.Tags.First(_attributes, value => value.List()) ?? [],
            SessionId = _attributes.Text(FieldTables.Session),
            UserId = _attributes.Text(FieldTables.User),
            RequestId = FieldTables.Request.First(_attributes, value => value.List() is { Count: > 0 } ids ? ids[0] : null),
            Operation = _attributes.Text(FieldTables.Operation),
            Provider = Words.Provider(_attributes.Text(FieldTables.Provider) ?? GenkitNames.Model(_attributes).Provider),
            RequestedModel = requested,
            Model = served,
            Usage = content.Usage,
            Cost = UsageTables.Cost(_attributes),
            TimeToFirstTokenMs = FirstToken.Ms(_attributes, events, times.StartUnixNano, times.DurationNano),
            FinishReasons = content.FinishReasons,
            WorkflowName = _attributes.Text(FieldTables.Workflow) ?? GenkitNames.Flow(_attributes) ?? LaminarPath(),
            AgentName = _attributes.Text(FieldTables.Agent) ?? VercelAiNames.Agent(_attributes),
            PromptName = _attributes.Text(FieldTables.Prompt),
            PromptVersion = _attributes.Text(FieldTables.PromptVersion),
            ResponseId = _attributes.Text(kind.IsModelCall() ? FieldTables.ResponseIdOfCall : FieldTables.ResponseId),
            Question = content.Question,
        };
        return new(
            record,
            new SpanContent
            {
                Input = content.Input,
                Output = content.Output,
                Messages = content.Messages,
                RetrievalQuery = content.RetrievalQuery,
                Documents = content.Documents,
                Tools = content.Tools,
                Parameters = Parameters.Read(_attributes),
                Prompt = PromptReader.Read(_attributes),
                Events = events,
                Links = Links(),
                Attributes = AttributeJson.Write(_attributes),
                Resource = _from.Resource.Json,
                ScopeName = NullIfEmpty(_from.ScopeName),
                ScopeVersion = NullIfEmpty(_from.ScopeVersion),
                TraceState = NullIfEmpty(_span.TraceState),
                Notes = Notes(),
            }
        );
    }

    private string DisplayName(SpanKind kind, string rawName)
    {
        const string prefix = "execute_tool ";
        if (kind == SpanKind.Tool)
        {
            return _attributes.Text(FieldTables.ToolName)
                ?? _attributes.Text(FieldTables.EntityName)
                ?? (rawName.StartsWith(prefix, StringComparison.Ordinal) ? rawName[prefix.Length..] : rawName);
        }

        return _attributes.Text(FieldTables.EntityName)
            ?? (kind == SpanKind.Llm ? _attributes.Text(FieldTables.ModelCallName) : null)
            ?? VercelAiNames.Display(_attributes)
            ?? _attributes.Text(FieldTables.BetterName)
            ?? rawName;
    }

    // A model name that some libraries give without saying whether it was asked for or served: it was asked for, unless another says so.
    private (string? Requested, string? Served) Models(SpanKind kind)
    {
        if (!kind.IsModelCall())
        {
            return (_attributes.Text(FieldTables.RequestedModel), _attributes.Text(FieldTables.ServedModel));
        }

        var requested = _attributes.Text(FieldTables.RequestedModelOfCall) ?? GenkitNames.Model(_attributes).Model;
        var either = _attributes.Text(FieldTables.EitherModel);
        return (requested, _attributes.Text(FieldTables.ServedModelOfCall) ?? (either == requested ? null : either));
    }

    // From the outermost span inwards.
    private string? LaminarPath() => _attributes.Find(LaminarKeys.Path)?.List() is [var first, ..] ? first : null;

    private string? Parent()
    {
        if (Ids.IsNone(_span.ParentSpanId))
        {
            return null;
        }

        if (Ids.Fault(_span.ParentSpanId, Ids.SpanBytes, "parentSpanId") is { } fault)
        {
            _cleaning.Note($"{fault}: the span is kept as a root.");
            return null;
        }

        return Ids.Hex(_span.ParentSpanId);
    }

    private string OtelKind() =>
        _span.Kind switch
        {
            OtlpSpan.Types.SpanKind.Internal => "internal",
            OtlpSpan.Types.SpanKind.Server => "server",
            OtlpSpan.Types.SpanKind.Client => "client",
            OtlpSpan.Types.SpanKind.Producer => "producer",
            OtlpSpan.Types.SpanKind.Consumer => "consumer",
            _ => "unspecified",
        };

    private string? Service()
    {
        var own = _from.Resource.Attributes.Text(FieldTables.Service);
        var isMadeUp = own is null || own.StartsWith("unknown_service", StringComparison.Ordinal) || own == "laminar-tracer-resource";
        return isMadeUp ? _attributes.Text(FieldTables.Service) ?? own : own;
    }

    private string Environment() =>
        Words.Environment(
            _attributes.Text(FieldTables.LangfuseEnvironment)
                ?? _from.Resource.Attributes.Text(FieldTables.Environment)
                ?? _attributes.Text(FieldTables.Environment)
                ?? _attributes.Text(FieldTables.GenAiEnvironment)
        );

    private List<SpanLink> Links()
    {
        var links = new List<SpanLink>(_span.Links.Count);
        foreach (var link in _span.Links)
        {
            if ((Ids.Fault(link.TraceId, Ids.TraceBytes, "traceId") ?? Ids.Fault(link.SpanId, Ids.SpanBytes, "spanId")) is { } fault)
            {
                _cleaning.Note($"A link was dropped: its {fault}.");
                continue;
            }

            _cleaning.Attributes(link.Attributes, "link");
            links.Add(new(Ids.Hex(link.TraceId), Ids.Hex(link.SpanId), AttributeJson.Write(new AttributeMap(link.Attributes))));
        }

        return links;
    }

    private List<string> Notes()
    {
        List<string> notes = [.. _from.Resource.Notes, .. _cleaning.Notes];
        if (_span.DroppedAttributesCount + _span.DroppedEventsCount + _span.DroppedLinksCount > 0)
        {
            notes.Add(
                $"The sender dropped {_span.DroppedAttributesCount} attributes, {_span.DroppedEventsCount} events and {_span.DroppedLinksCount} links before sending."
            );
        }

        return notes;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
