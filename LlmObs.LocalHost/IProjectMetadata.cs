namespace LlmObs.LocalHost;

/// <summary>A service that can be started, as the build found it: one generated class in <c>Projects</c> each.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }
    string AssemblyPath { get; }
}
