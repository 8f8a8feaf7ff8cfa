using System.Diagnostics.CodeAnalysis;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>A decoded request, or what is wrong with its bytes and where.</summary>
internal readonly record struct ReadResult<T>(T? Request, string? Error)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Request))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsRead => Request is not null;
}
