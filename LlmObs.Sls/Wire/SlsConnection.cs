using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using LlmObs.Sls.Signing;

namespace LlmObs.Sls.Wire;

/// <summary>One answer, unpacked.</summary>
internal sealed record SlsAnswer(byte[] Body, HttpResponseHeaders Headers, string? RequestId)
{
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

/// <summary>Signs, sends, unpacks, and turns everything that is no success into a <see cref="SlsException"/>. Sends each request once.</summary>
internal sealed class SlsConnection(SlsOptions options, SlsAddress address, HttpClient http, TimeProvider time)
{
    private static readonly Dictionary<string, string> NoQuery = [];

    public Task<SlsAnswer> SendAsync(
        HttpMethod method,
        string path,
        IReadOnlyDictionary<string, string>? query,
        SlsBody body,
        CancellationToken cancellationToken
    ) => SendAsync(method, path, query, body, accept: null, cancellationToken);

    /// <param name="accept">The type of answer to ask for, where there is a choice.</param>
    public async Task<SlsAnswer> SendAsync(
        HttpMethod method,
        string path,
        IReadOnlyDictionary<string, string>? query,
        SlsBody body,
        string? accept,
        CancellationToken cancellationToken
    )
    {
        using var request = Request(method, path, query ?? NoQuery, body);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(linked.Token);
            return Read(response, bytes);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SlsException(
                0,
                SlsException.RequestTimeout,
                $"SLS at {options.Endpoint} gave no answer within {options.Timeout.TotalSeconds:0.#} s.",
                null,
                exception
            );
        }
        catch (HttpRequestException exception)
        {
            var unsent =
                exception.HttpRequestError
                is HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError;
            throw new SlsException(
                0,
                unsent ? SlsException.ConnectionError : SlsException.RequestError,
                $"SLS at {options.Endpoint} cannot be reached: {exception.Message}",
                null,
                exception
            );
        }
        catch (IOException exception)
        {
            throw new SlsException(
                0,
                SlsException.RequestError,
                $"The connection to SLS at {options.Endpoint} broke: {exception.Message}",
                null,
                exception
            );
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, IReadOnlyDictionary<string, string> query, SlsBody body)
    {
        var headers = Headers(body);
        var message = new SignedMessage(method.Method, path, query, headers);
        headers["Authorization"] =
            options.Signature == SlsSignature.V4
                ? SignatureV4.Authorize(message, options.AccessKeyId, options.AccessKeySecret, options.Region)
                : SignatureV1.Authorize(message, options.AccessKeyId, options.AccessKeySecret);

        var search = string.Join('&', query.Select(parameter => $"{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));
        var request = new HttpRequestMessage(method, new Uri(address.Base, search.Length == 0 ? path : $"{path}?{search}"));
        if (body.Bytes.Length > 0)
        {
            request.Content = new ReadOnlyMemoryContent(body.Bytes);
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (SlsBody.NameOf(options.Compression) is { } compression)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", compression);
        }

        return request;
    }

    private Dictionary<string, string> Headers(SlsBody body)
    {
        var now = time.GetUtcNow();
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Host"] = address.Host,
            ["x-log-apiversion"] = "0.6.0",
            ["x-log-bodyrawsize"] = body.RawSize.ToString(CultureInfo.InvariantCulture),
        };
        if (body.Bytes.Length > 0)
        {
            headers["Content-Type"] = body.ContentType;
        }

        if (body.Compression is not null)
        {
            headers["x-log-compresstype"] = body.Compression;
        }

        if (options.SecurityToken is not null)
        {
            headers["x-acs-security-token"] = options.SecurityToken;
        }

        if (options.Signature == SlsSignature.V4)
        {
            headers["x-log-date"] = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            headers["x-log-content-sha256"] = Convert.ToHexStringLower(SHA256.HashData(body.Bytes.Span));
            return headers;
        }

        headers["Date"] = now.ToString("R", CultureInfo.InvariantCulture);
        headers["x-log-signaturemethod"] = options.Signature == SlsSignature.V1Sha256 ? "hmac-sha256" : "hmac-sha1";
        if (body.Bytes.Length > 0)
        {
            headers["Content-MD5"] = Md5(body.Bytes.Span);
        }

        return headers;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security",
        "CA5351:Do Not Use Broken Cryptographic Algorithms",
        Justification = "The protocol asks for Content-MD5; it protects nothing."
    )]
    private static string Md5(ReadOnlySpan<byte> bytes) => Convert.ToHexString(MD5.HashData(bytes));

    private static SlsAnswer Read(HttpResponseMessage response, byte[] bytes)
    {
        var answer = new SlsAnswer(
            bytes,
            response.Headers,
            response.Headers.TryGetValues("x-log-requestid", out var ids) ? ids.FirstOrDefault() : null
        );
        var status = (int)response.StatusCode;
        try
        {
            answer = answer with
            {
                Body = SlsBody.Decompress(
                    bytes,
                    answer.Header("x-log-compresstype"),
                    int.TryParse(answer.Header("x-log-bodyrawsize"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null
                ),
            };
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or ArgumentException)
        {
            throw new SlsException(status, SlsException.BadResponse, exception.Message, answer.RequestId, exception);
        }

        return response.IsSuccessStatusCode ? answer : throw Error(status, answer);
    }

    /// <summary>A proxy in between answers in its own words: then the status is all there is.</summary>
    private static SlsException Error(int status, SlsAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errorCode", out var code))
            {
                var message = document.RootElement.TryGetProperty("errorMessage", out var text) ? text.ToString() : "";
                return new(status, code.ToString(), message, answer.RequestId);
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        return new(status, SlsException.BadResponse, $"SLS answered {status} without an error of its own.", answer.RequestId);
    }
}
