using System.Globalization;
using System.Text;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary><c>__pack_meta__</c>: which log of a pack is meant, as <c>0|{base64 of its number}|1|0</c>. Opaque to clients.</summary>
internal static class PackMeta
{
    public const string Field = "__pack_meta__";

    public static string Write(long sequence) =>
        $"0|{Convert.ToBase64String(Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture)))}|1|0";

    public static long Read(string meta)
    {
        var buffer = new byte[32];
        return
            meta.Split('|') is [_, var number, _, _]
            && Convert.TryFromBase64String(number, buffer, out var length)
            && long.TryParse(Encoding.ASCII.GetString(buffer, 0, length), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw SlsException.Parameter($"pack_meta {meta} is not one that this server gave");
    }

    /// <param name="raw">A log as a JSON object that is not empty.</param>
    public static string AddTo(string raw, long sequence) => $"{raw[..^1]},\"{Field}\":\"{Write(sequence)}\"}}";
}
