using System.Net;
using System.Net.Sockets;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Addresses and networks (<c>10.0.0.0/8</c>) of IPv4 and IPv6, as texts.</summary>
internal static class IpNetworks
{
    private static readonly IPNetwork[] Inside =
    [
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"),
    ];

    /// <summary>The network of so many leading bits that an address lies in.</summary>
    /// <exception cref="FormatException">It is no address, or has not so many bits.</exception>
    public static string Prefix(string address, long bits) => Network(Address(address), bits).ToString();

    /// <summary>Whether an address, or all of another network, lies in a network.</summary>
    /// <exception cref="FormatException">One of them is neither.</exception>
    public static bool Holds(string network, string inner)
    {
        var outer = Network(network);
        if (!inner.Contains('/', StringComparison.Ordinal))
        {
            return outer.Contains(Address(inner));
        }
        var part = Network(inner);
        return part.PrefixLength >= outer.PrefixLength && outer.Contains(part.BaseAddress);
    }

    /// <summary><c>intranet</c> or <c>internet</c>; <c>invalid</c> for what is no IPv4 address.</summary>
    public static string Domain(string address) =>
        !TryAddress(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetwork ? "invalid"
        : Inside.Any(network => network.Contains(parsed)) ? "intranet"
        : "internet";

    private static IPNetwork Network(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && byte.TryParse(parts[1], out var bits)
            ? Network(Address(parts[0]), bits)
            : throw new FormatException($"{text} is no network of IP addresses");
    }

    private static IPNetwork Network(IPAddress address, long bits)
    {
        var bytes = address.GetAddressBytes();
        if (bits < 0 || bits > bytes.Length * 8)
        {
            throw new FormatException($"a prefix of {address} has 0 to {bytes.Length * 8} bits, not {bits}");
        }
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp((int)bits - 8 * i, 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }
        return new IPNetwork(new IPAddress(bytes), (int)bits);
    }

    private static IPAddress Address(string text) =>
        TryAddress(text, out var address) ? address : throw new FormatException($"{text} is no IP address");

    // .NET also takes 1.2 for 1.0.0.2.
    private static bool TryAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3);
}
