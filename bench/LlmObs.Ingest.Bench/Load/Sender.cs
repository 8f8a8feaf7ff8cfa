namespace LlmObs.Ingest.Bench.Load;

/// <summary>One connection that sends one request after another, as one SDK does.</summary>
internal interface ISender : IAsyncDisposable
{
    /// <summary>Room for a body of <paramref name="length"/> bytes, to be filled before <see cref="SendAsync"/>.</summary>
    Memory<byte> Body(int length);

    /// <summary>Sends what was filled in and waits for the answer. True when it was acknowledged.</summary>
    Task<bool> SendAsync();
}
