namespace LlmObs.LocalHost;

/// <summary>A port a resource listens on, on this machine only.</summary>
/// <param name="name"><c>http</c> for the main one.</param>
/// <param name="option">Name behind <c>--port-</c>, by which people change it.</param>
public sealed class Endpoint(string name, int port, string option)
{
    public string Name => name;
    public string Option => $"--port-{option}";
    public int Port { get; set; } = port;

    /// <summary>Variable that tells the service this port; the main one is told by ASPNETCORE_URLS.</summary>
    public string? Env { get; init; }

    /// <summary>As Aspire has it; whoever listens decides by itself what it speaks.</summary>
    public string Transport { get; set; } = "http";

    public string Url => $"http://localhost:{Port}";
}
