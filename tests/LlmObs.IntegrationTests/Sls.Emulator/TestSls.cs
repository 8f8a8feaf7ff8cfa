using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;
using Google.Protobuf;
using LlmObs.Sls.Emulator;
using LlmObs.Sls.Emulator.Catalog;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>An emulator on a free port with a data directory of its own, and a small client that signs by itself (scheme 1).</summary>
public sealed class TestSls : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http = new();
    private readonly bool ownsDirectory;

    private TestSls(WebApplication app, string directory, bool ownsDirectory)
    {
        this.app = app;
        this.ownsDirectory = ownsDirectory;
        Directory = directory;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public string Directory { get; }

    public Uri Address { get; }

    public static async Task<TestSls> StartAsync(string? directory = null, params (string Name, string Value)[] settings)
    {
        var path = directory ?? System.IO.Directory.CreateTempSubdirectory("sls").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.Configuration["Emulator:DataDirectory"] = path;
        builder.Configuration["Emulator:MemoryMb"] = "256";
        foreach (var (name, value) in settings)
        {
            builder.Configuration[name] = value;
        }
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.AddSlsEmulator();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapSls();
        await app.StartAsync();
        return new TestSls(app, path, directory is null);
    }

    /// <summary>A project <c>demo</c> with a logstore <c>logs</c>, whose logs never age out by themselves, and the given index.</summary>
    public async Task CreateLogstoreAsync(string? index)
    {
        await ExpectOkAsync(HttpMethod.Post, "/", """{"projectName":"demo","description":""}""");
        await ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"logs","ttl":3650,"shardCount":2}""");
        if (index is not null)
        {
            await ExpectOkAsync(HttpMethod.Post, "/logstores/logs/index", index);
        }
    }

    /// <summary>Waits until the term index has written what is enough for a segment.</summary>
    public Task IndexedAsync() => app.Services.GetRequiredService<SlsCatalog>().Open("demo", "logs").Terms.WrittenAsync();

    /// <summary>Ages logs out, as the emulator does every hour.</summary>
    public Task DropBeforeAsync(long unixSeconds) =>
        app
            .Services.GetRequiredService<SlsCatalog>()
            .Open("demo", "logs")
            .DropBeforeAsync(DateTimeOffset.FromUnixTimeSeconds(unixSeconds), CancellationToken.None);

    /// <summary>A connection to the engine that no gate looks after.</summary>
    public DuckDBConnection Connect() => app.Services.GetRequiredService<Engine>().Open();

    /// <summary>A statement that goes on until the answer is disposed.</summary>
    public async Task<IDisposable> BeginStatementAsync() => await app.Services.GetRequiredService<Engine>().Gate.EnterAsync(CancellationToken.None);

    /// <summary>Moves rows into the files of the tables, as the emulator does in quiet moments.</summary>
    public Task CheckpointAsync() => app.Services.GetRequiredService<SlsCatalog>().CheckpointAsync(CancellationToken.None);

    public Task PutAsync(params TestLog[] logs) => PutAsync("", [], logs);

    public async Task PutAsync(string topic, (string, string)[] tags, params TestLog[] logs)
    {
        var body = TestLog.Encode(logs, topic, "10.0.0.7", tags);
        using var response = await SendAsync(HttpMethod.Post, "/logstores/logs/shards/lb", body, "application/x-protobuf");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonObject> QueryAsync(
        string query,
        long from = 0,
        long to = int.MaxValue,
        bool reverse = false,
        int line = 100,
        int offset = 0
    )
    {
        var body = new JsonObject
        {
            ["from"] = from,
            ["to"] = to,
            ["query"] = query,
            ["reverse"] = reverse,
            ["line"] = line,
            ["offset"] = offset,
        };
        using var response = await SendAsync(
            HttpMethod.Post,
            "/logstores/logs/logs",
            Encoding.UTF8.GetBytes(body.ToJsonString()),
            "application/json"
        );
        return (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>The rows a query finds, each as text by column; fails on an error answer.</summary>
    public async Task<List<Dictionary<string, string>>> RowsAsync(string query, bool reverse = false, int line = 100, int offset = 0)
    {
        var answer = await QueryAsync(query, reverse: reverse, line: line, offset: offset);
        Assert.True(answer.ContainsKey("data"), $"{query}: {answer.ToJsonString()}");
        return answer["data"].Deserialize<List<Dictionary<string, string>>>()!;
    }

    /// <summary>The error message a query is refused with.</summary>
    public async Task<string> RefusalAsync(string query)
    {
        var answer = await QueryAsync(query);
        Assert.True(answer.ContainsKey("errorCode"), $"{query} was accepted: {answer.ToJsonString()}");
        return $"{(string?)answer["errorCode"]}: {(string?)answer["errorMessage"]}";
    }

    public async Task<JsonNode?> ExpectOkAsync(HttpMethod method, string target, string? json = null, string? project = "demo")
    {
        using var response = await SendAsync(
            method,
            target,
            json is null ? null : Encoding.UTF8.GetBytes(json),
            json is null ? null : "application/json",
            project
        );
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{method} {target}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string target,
        byte[]? body = null,
        string? contentType = null,
        string? project = "demo",
        Action<HttpRequestMessage>? change = null,
        string secret = "local",
        DateTimeOffset? date = null
    )
    {
        var request = new HttpRequestMessage(method, new Uri(Address, target));
        request.Headers.Host = project is null ? "localhost" : $"{project}.sls.localhost";
        request.Headers.Date = date ?? TimeProvider.System.GetUtcNow();
        request.Headers.Add("x-log-apiversion", "0.6.0");
        request.Headers.Add("x-log-signaturemethod", "hmac-sha1");
        request.Headers.Add("x-log-bodyrawsize", (body?.Length ?? 0).ToString(CultureInfo.InvariantCulture));
        var md5 = "";
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        change?.Invoke(request);
        if (request.Content is not null)
        {
#pragma warning disable CA5351, CA5350 // The service's scheme 1.
            md5 = Convert.ToHexString(MD5.HashData(request.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult()));
            request.Content.Headers.TryAddWithoutValidation("Content-MD5", md5);
        }
        var signed = string.Concat(
            request
                .Headers.Where(header => header.Key.StartsWith("x-log-", StringComparison.Ordinal))
                .OrderBy(header => header.Key, StringComparer.Ordinal)
                .Select(header => $"{header.Key}:{string.Concat(header.Value)}\n")
        );
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var resource =
            question < 0
                ? target
                : target[..question]
                    + "?"
                    + string.Join('&', target[(question + 1)..].Split('&').Select(Uri.UnescapeDataString).Order(StringComparer.Ordinal));
        var text = $"{method}\n{md5}\n{contentType}\n{request.Headers.Date:R}\n{signed}{resource}";
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"LOG local:{Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)))}"
        );
#pragma warning restore CA5351, CA5350
        return http.SendAsync(request);
    }

    public Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage request) => http.SendAsync(request);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

/// <summary>A log to write; encoded by hand so that the test doesn't share the emulator's messages.</summary>
public sealed record TestLog(long Time, params (string Key, string Value)[] Fields)
{
    public uint? Nanos { get; init; }

    public static byte[] Encode(IEnumerable<TestLog> logs, string topic, string source, (string Key, string Value)[] tags)
    {
        var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            foreach (var log in logs)
            {
                Message(
                    output,
                    1,
                    inner =>
                    {
                        inner.WriteTag(1, WireFormat.WireType.Varint);
                        inner.WriteUInt32((uint)log.Time);
                        foreach (var (key, value) in log.Fields)
                        {
                            Message(inner, 2, content => Pair(content, key, value));
                        }
                        if (log.Nanos is { } nanos)
                        {
                            inner.WriteTag(4, WireFormat.WireType.Fixed32);
                            inner.WriteFixed32(nanos);
                        }
                    }
                );
            }
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteString(topic);
            output.WriteTag(4, WireFormat.WireType.LengthDelimited);
            output.WriteString(source);
            foreach (var (key, value) in tags)
            {
                Message(output, 6, tag => Pair(tag, key, value));
            }
        }
        return buffer.ToArray();
    }

    private static void Pair(CodedOutputStream output, string key, string value)
    {
        output.WriteTag(1, WireFormat.WireType.LengthDelimited);
        output.WriteString(key);
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Message(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        var buffer = new MemoryStream();
        using (var inner = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(inner);
        }
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(buffer.ToArray()));
    }
}
