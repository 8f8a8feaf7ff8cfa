using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Domain.Quality;

/// <summary>
/// When two questions are the same: when their letters and digits are. Case, spaces, punctuation and the width of characters do not matter; every number does,
/// because "last 7 days" is another question than "last 30 days".
/// </summary>
public static class Questions
{
    /// <summary>What of a text makes the question; empty when there is no letter and no digit.</summary>
    public static string Normal(string? text) =>
        new([.. (text ?? "").Normalize(NormalizationForm.FormKC).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    /// <summary>A number by which to find the same question; null when there is none.</summary>
    public static long? Key(string? text) =>
        Normal(text) is { Length: > 0 } normal ? BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(normal))) : null;
}
