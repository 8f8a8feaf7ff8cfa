using System.Security.Cryptography;
using System.Text;

namespace LlmObs.LocalHost.Running;

/// <summary>A short name for a path: the same at each start, another for another path.</summary>
internal static class StableName
{
    public static string Of(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(path))))[..12];
}
