using System.Net;
using System.Net.Sockets;

namespace LlmObs.Quality.Http;

/// <summary>Tells addresses of the open network from those that lead back inside.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Inside =
    [
        .. (
            (string[])
                [
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "224.0.0.0/3",
                    "::/127",
                    "64:ff9b::/96",
                    "fc00::/7",
                    "fe80::/10",
                    "ff00::/8",
                ]
        ).Select(IPNetwork.Parse),
    ];

    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Inside.Any(network => network.Contains(plain));
    }

    /// <summary>Connects to a host by the addresses looked at, so that a name cannot be one address when asked and another when called.</summary>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowPrivate, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = allowPrivate ? addresses : [.. addresses.Where(Is)];
        if (allowed.Length == 0)
        {
            throw new HttpRequestException(
                addresses.Length == 0
                    ? $"{host.Host} has no address."
                    : $"{host.Host} is at the private address {addresses[0]}; Quality:Http:AllowPrivateAddresses would allow it."
            );
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
