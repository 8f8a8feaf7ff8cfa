namespace LlmObs.LocalHost.Running;

/// <summary>A process to run: what, with which environment, as whom, and how it likes to be stopped.</summary>
internal sealed record ProcessSpec(string FileName, IReadOnlyList<string> Arguments)
{
    public required string WorkingDirectory { get; init; }

    /// <summary>Added to the host's own environment; null takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null: as whom the host runs.</summary>
    public RunUser? RunAs { get; init; }

    /// <summary>Signals that end it, the gentlest first; the next is sent after <see cref="StopGrace"/>, and Kill after the last.</summary>
    public IReadOnlyList<Signal> StopSignals { get; init; } = [Signal.Term];

    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);
}
