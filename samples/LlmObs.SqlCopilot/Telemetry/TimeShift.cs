using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Lets what is done now be told as if it had been done then: the demo's past week. Durations stay as they were measured.</summary>
internal static class TimeShift
{
    private static readonly AsyncLocal<TimeSpan> Amount = new();

    /// <summary>Added to every time that telemetry of this flow of work carries; zero outside the past week.</summary>
    public static TimeSpan Current
    {
        get => Amount.Value;
        set => Amount.Value = value;
    }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow() + Current;

    public sealed class OfSpans : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (Current != TimeSpan.Zero)
            {
                data.SetStartTime(data.StartTimeUtc + Current);
            }
        }
    }

    public sealed class OfLogs : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) => data.Timestamp += Current;
    }
}
