using LlmObs.Domain;

namespace LlmObs.Storage.Access;

public sealed class Projects
{
    /// <summary>The project of that name, or null. Cached for a few seconds.</summary>
    public Task<Project?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task<IReadOnlyList<Project>> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
