namespace LlmObs.Sls.Wire;

/// <summary>Paths of operations. They are signed as they stand, so a name with a '/', '?' or '%' in it would name something else: it is refused.</summary>
internal static class SlsPath
{
    public static string Logstore(string name) => $"/logstores/{Checked(name)}";

    public static string Checked(string name) =>
        name is not ("" or "." or "..") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new ArgumentException($"'{name}' is no name that SLS allows.", nameof(name));
}
