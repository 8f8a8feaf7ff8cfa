namespace LlmObs.IntegrationTests.Support;

/// <summary>
/// Tests that listen to activities. Listeners see the whole process: while another test's services trace their own requests, their sampling
/// decides here too. So these run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWideTelemetry
{
    public const string Name = "process-wide telemetry";
}
