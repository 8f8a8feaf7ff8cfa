using CsCheck;
using LlmObs.Domain.Spans;

namespace LlmObs.Tests.TraceLog;

/// <summary>Spans as the writer could hand them over: any text, and times in whole microseconds, which is what a log keeps.</summary>
internal static class GenSpans
{
    private static readonly Gen<string> Text = Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['一', '龥'], Gen.Const('\n'), Gen.Const('"')), 1, 30]
        .Where(text => text != "null");
    private static readonly Gen<string?> Maybe = Gen.Bool.SelectMany(has => has ? Text.Select(text => (string?)text) : Gen.Const((string?)null));
    private static readonly Gen<long?> MaybeCount = Gen.Bool.SelectMany(has =>
        has ? Gen.Long[0, 10_000_000].Select(count => (long?)count) : Gen.Const((long?)null)
    );
    private static readonly Gen<decimal?> MaybeMoney = Gen.Bool.SelectMany(has =>
        has ? Gen.Long[0, 1_000_000_000].Select(micros => (decimal?)(micros / 1_000_000m)) : Gen.Const((decimal?)null)
    );

    private static readonly Gen<TokenUsage?> Usage =
        from input in MaybeCount
        from output in MaybeCount
        from cached in MaybeCount
        from written in MaybeCount
        from reasoning in MaybeCount
        // A log without a total gets the sum, so that tokens can be searched: a generated total is that sum, or its own.
        from own in Gen.Long[0, 1000]
        select input is null && output is null ? null : new TokenUsage(input, output, cached, written, reasoning, (input ?? 0) + (output ?? 0) + own);

    private static readonly Gen<Cost?> Money =
        from total in MaybeMoney
        from input in MaybeMoney
        from output in MaybeMoney
        from currency in Gen.OneOf("USD", "CNY")
        from provided in Gen.Bool
        select total is { } sum ? new Cost(input, output, sum, currency, provided) : null;

    public static readonly Gen<Span> Any =
        from ids in Gen.Select(Gen.String[Gen.Char["0123456789abcdef"], 32, 32], Gen.String[Gen.Char["0123456789abcdef"], 16, 16], Maybe)
        from times in Gen.Select(Gen.Long[-62_000_000_000, 9_223_000_000_000_000], Gen.Long[0, 86_400_000_000], Gen.Double[0, 1e6])
        from texts in Text.Array[2]
        from maybe in Maybe.Array[19]
        from kind in Gen.Enum<SpanKind>()
        from status in Gen.Enum<SpanStatus>()
        from usage in Usage
        from cost in Money
        from tags in Text.List[0, 4]
        from reasons in Gen.OneOf("stop", "length", "tool_calls", "content_filter", "error", "other").List[0, 2]
        select new Span
        {
            TraceId = ids.Item1,
            SpanId = ids.Item2,
            ParentSpanId = ids.Item3,
            StartUnixNano = times.Item1 * 1000,
            DurationNano = times.Item2 * 1000,
            TimeToFirstTokenMs = times.Item3 < 1 ? null : times.Item3,
            Name = texts[0],
            RawName = texts[1],
            Kind = kind,
            Status = status,
            StatusMessage = maybe[0],
            ErrorType = maybe[1],
            OtelKind = "client",
            Service = maybe[2],
            Host = maybe[3],
            Environment = maybe[4],
            Release = maybe[5],
            Version = maybe[6],
            Tags = tags,
            SessionId = maybe[7],
            UserId = maybe[8],
            RequestId = maybe[9],
            Operation = maybe[10],
            Provider = maybe[11],
            RequestedModel = maybe[12],
            Model = maybe[13],
            Usage = usage,
            Cost = cost,
            FinishReasons = reasons,
            WorkflowName = maybe[14],
            AgentName = maybe[15],
            PromptName = maybe[16],
            PromptVersion = maybe[17],
            ResponseId = maybe[18],
            Question = maybe[2],
        };
}
