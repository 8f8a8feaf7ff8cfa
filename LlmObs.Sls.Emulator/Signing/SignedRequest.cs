namespace LlmObs.Sls.Emulator.Signing;

/// <summary>What of a request the signatures cover.</summary>
/// <param name="Path">As sent, not decoded.</param>
/// <param name="Query">Decoded, in the order sent.</param>
/// <param name="Headers">Lower-case name → trimmed value, as sent.</param>
public sealed record SignedRequest(
    string Method,
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Query,
    IReadOnlyDictionary<string, string> Headers,
    ReadOnlyMemory<byte> Body
)
{
    public string Header(string name) => Headers.GetValueOrDefault(name, "");
}
