using System.Globalization;

namespace LlmObs.Domain.Dify;

/// <summary>One of several ways that a workflow goes at once. Dify keeps no row of it.</summary>
/// <param name="StartId">The canvas id of the node it begins with.</param>
/// <param name="Number">From 1.</param>
/// <param name="Count">How many begin together with it, itself among them.</param>
/// <param name="Outer">The branch it lies in; null for none.</param>
public sealed record ParallelBranch(string StartId, int Number, int Count, ParallelBranch? Outer)
{
    /// <summary>Dify allows three by itself; what lies deeper is shown in the outer one.</summary>
    public const int MostDeep = 10;

    public int Depth { get; } = Outer is null ? 1 : Outer.Depth + 1;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"branch {Number}/{Count}");
}
