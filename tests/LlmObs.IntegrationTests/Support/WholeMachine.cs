namespace LlmObs.IntegrationTests.Support;

/// <summary>Tests that take all processors and gigabytes of memory for a while: others, which wait for their own conditions, do not run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeMachine
{
    public const string Name = "whole machine";
}
