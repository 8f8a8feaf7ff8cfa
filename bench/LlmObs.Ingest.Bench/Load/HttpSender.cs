using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LlmObs.Ingest.Bench.Load;

/// <summary>HTTP/1.1 over a socket, and no more of it than this load needs: an HttpClient would take a good part of the machine that is measured.</summary>
internal sealed class HttpSender : ISender
{
    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Uri url;
    private readonly string contentType;
    private readonly byte[] answer = new byte[64 * 1024];
    private byte[] request = [];
    private int requestLength;

    private HttpSender(Uri url, string contentType) => (this.url, this.contentType) = (url, contentType);

    public static async Task<HttpSender> ConnectAsync(Uri url, string contentType)
    {
        var sender = new HttpSender(url, contentType);
        await sender.socket.ConnectAsync(url.Host, url.Port);
        return sender;
    }

    public Memory<byte> Body(int length)
    {
        var head = Encoding.ASCII.GetBytes(
            $"POST {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: {contentType}\r\nContent-Length: {length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n"
        );
        requestLength = head.Length + length;
        if (request.Length < requestLength)
        {
            request = new byte[requestLength];
        }

        head.CopyTo(request, 0);
        return request.AsMemory(head.Length, length);
    }

    public async Task<bool> SendAsync()
    {
        for (var sent = 0; sent < requestLength; )
        {
            sent += await socket.SendAsync(request.AsMemory(sent, requestLength - sent));
        }

        var received = 0;
        while (!IsWhole(answer.AsSpan(0, received)))
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(received));
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            received += read;
        }

        return answer.AsSpan(9, 1).SequenceEqual("2"u8);
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = Encoding.ASCII.GetString(answer[..end]);
        const string length = "content-length:";
        var at = head.IndexOf(length, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return !head.Contains("chunked", StringComparison.OrdinalIgnoreCase) || answer.EndsWith("0\r\n\r\n"u8);
        }

        var value = head[(at + length.Length)..];
        value = value.IndexOf('\r', StringComparison.Ordinal) is var cut and >= 0 ? value[..cut] : value;
        return answer.Length >= end + 4 + int.Parse(value, CultureInfo.InvariantCulture);
    }
}
