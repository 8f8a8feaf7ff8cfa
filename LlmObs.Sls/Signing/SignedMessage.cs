namespace LlmObs.Sls.Signing;

/// <summary>What a signature covers: a request as it will be sent.</summary>
/// <param name="Path">As sent, not re-encoded.</param>
/// <param name="Query">Decoded names and values.</param>
/// <param name="Headers">Content-Type, Host and all x-log- and x-acs- headers; names in any case.</param>
internal sealed record SignedMessage(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers
)
{
    /// <summary>Lower-case name and trimmed value of the headers that <paramref name="isSigned"/> picks by lower-case name, in order of name.</summary>
    public IEnumerable<(string Name, string Value)> SignedHeaders(Func<string, bool> isSigned) =>
        Headers
            .Select(header => (Name: header.Key.Trim().ToLowerInvariant(), Value: header.Value.Trim()))
            .Where(header => isSigned(header.Name))
            .OrderBy(header => header.Name, StringComparer.Ordinal);

    /// <summary>The value of a header whatever the case of its name; empty when it is not there.</summary>
    public string Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";

    public static bool IsLogHeader(string lowerName) =>
        lowerName.StartsWith("x-log-", StringComparison.Ordinal) || lowerName.StartsWith("x-acs-", StringComparison.Ordinal);
}
