using LlmObs.Domain.Dify;

namespace LlmObs.IntegrationTests.Ingest.Dify;

/// <summary>The turn of the fixture's copilot that every provider was captured with: one question, and all runs that it took.</summary>
internal static class Copilot
{
    public static readonly Guid Run = new("94e95434-b9cd-4e67-81a1-712c2f457e0a");
    public static readonly Guid Message = new("30b0c67f-417c-4974-a8b4-28aea30494cf");

    /// <summary>Of model calls in all of its runs, as Dify adds them up for the outermost.</summary>
    public const long Tokens = 4561;

    public static IReadOnlyList<Guid> Runs { get; } = [.. RunsOf(Run)];

    private static IEnumerable<Guid> RunsOf(Guid run) =>
        DifyData
            .Expected.GetProperty("nesting")
            .EnumerateArray()
            .Where(link => link.Id("parent_run_id") == run)
            .Select(link => link.GetProperty("child_run_id").GetGuid())
            .SelectMany(RunsOf)
            .Prepend(run);
}
