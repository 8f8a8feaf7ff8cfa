using LlmObs.Domain.Dify;

namespace LlmObs.Storage.Dify;

internal static class DifyRoles
{
    /// <summary><c>end-user</c> is an old spelling.</summary>
    public static DifyCreator Creator(string role, Guid id) => new(role == "account" ? "account" : "end_user", id);
}
