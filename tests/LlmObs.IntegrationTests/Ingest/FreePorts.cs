using System.Net;
using System.Net.Sockets;

namespace LlmObs.IntegrationTests.Ingest;

/// <summary>Ports nobody holds, for servers that must be told one.</summary>
internal static class FreePorts
{
    // Below the ports that connections get, so that none of them takes it before the server does.
    private static int last = 20_000;

    public static int Next()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's.
            }
        }
    }
}
