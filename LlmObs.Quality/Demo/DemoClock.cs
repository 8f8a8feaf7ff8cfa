namespace LlmObs.Quality.Demo;

/// <summary>Stands where the demo's week is played: what is done by it is done then.</summary>
internal sealed class DemoClock : TimeProvider
{
    public DateTimeOffset At { get; private set; }

    /// <summary>Goes on to a moment, never back.</summary>
    public void GoOn(DateTimeOffset to) => At = to > At ? to : At;

    public override DateTimeOffset GetUtcNow() => At;
}
