using System.Security.Cryptography;
using System.Text;

namespace LlmObs.Storage.Access;

/// <summary>How secrets are made and recognised. They are random, so a plain hash is as good as a slow one.</summary>
internal static class Secret
{
    private const int RandomBytes = 24;

    // Enough to tell keys apart, too little to help a guess.
    private const int ShownOfMade = 12;
    private const int ShownOfGiven = 8;
    private const int LongEnough = 24;

    // Langfuse's spelling: its clients, and forms that ask for Langfuse's keys, look for it.
    private const string SecretStart = "sk-lf-";
    private const string PublicStart = "pk-lf-";

    public static string New() => SecretStart + Random();

    public static string NewPublic() => PublicStart + Random()[..24];

    public static bool IsPublicHalf(string key) => key.StartsWith(PublicStart, StringComparison.Ordinal);

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>The start of a secret, which helps people tell keys apart; of a short one it would give too much away.</summary>
    public static string Prefix(string secret) =>
        secret.Length < LongEnough ? ""
        : secret.StartsWith(SecretStart, StringComparison.Ordinal) ? secret[..ShownOfMade]
        : secret[..ShownOfGiven];

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
}
