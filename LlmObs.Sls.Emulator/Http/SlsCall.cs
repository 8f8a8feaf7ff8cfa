using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator.Signing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace LlmObs.Sls.Emulator.Http;

/// <summary>One verified request: who is meant, what was asked, the body as sent.</summary>
/// <param name="Project">First label of Host; null on the bare endpoint.</param>
public sealed record SlsCall(string? Project, SignedRequest Request)
{
    private static readonly object Key = new();

    public string RequiredProject => Project ?? throw SlsException.Parameter("the request names no project: send it to {project}.{endpoint}");

    public string? Query(string name) => Request.Query.FirstOrDefault(parameter => parameter.Key == name).Value;

    /// <summary>The part of a list that <c>offset</c> and <c>size</c> ask for.</summary>
    public List<T> Page<T>(IReadOnlyList<T> all, int size, int maxSize)
    {
        var (offset, count) = (Int("offset", 0), Int("size", size));
        return offset < 0 || count < 0 || count > maxSize
            ? throw SlsException.Parameter($"offset {offset} and size {count}: a page is 0 to {maxSize} from 0 on")
            : [.. all.Skip(offset).Take(count)];
    }

    public int Int(string name, int otherwise) =>
        Query(name) is { Length: > 0 } ? (int)Math.Clamp(Long(name), int.MinValue, int.MaxValue) : otherwise;

    public long Long(string name) =>
        long.TryParse(Query(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlsException.Parameter($"{name} is missing or not a number");

    public static SlsCall Of(HttpContext context) => (SlsCall)context.Items[Key]!;

    public void Attach(HttpContext context) => context.Items[Key] = this;

    /// <summary>The body as a JSON object, whatever the Content-Type says: older clients name the wrong one.</summary>
    public JsonObject Json()
    {
        try
        {
            return JsonNode.Parse(Request.Body.Span) as JsonObject ?? throw SlsException.Invalid("PostBodyInvalid", "the body is not a JSON object");
        }
        catch (JsonException malformed)
        {
            throw SlsException.Invalid("PostBodyInvalid", $"the body is not JSON: {malformed.Message}");
        }
    }

    public static async Task<SlsCall> ReadAsync(HttpContext context, EmulatorOptions options)
    {
        var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 0, options.MaxBodyBytes));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var query = new List<KeyValuePair<string, string>>();
        if (question >= 0)
        {
            foreach (var pair in new QueryStringEnumerable(target[question..]))
            {
                query.Add(new(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
            }
        }
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in context.Request.Headers)
        {
            headers[name.ToLowerInvariant()] = value.ToString().Trim();
        }
        var path = question < 0 ? target : target[..question];
        return new SlsCall(
            ProjectOf(context.Request.Host.Host, options),
            new SignedRequest(context.Request.Method, path, query, headers, body.GetBuffer().AsMemory(0, (int)body.Length))
        );
    }

    internal static string? ProjectOf(string host, EmulatorOptions options)
    {
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        var isBare =
            dot <= 0
            || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _)
            || options.Endpoints.Contains(host, StringComparer.OrdinalIgnoreCase);
        return isBare ? null : host[..dot].ToLowerInvariant();
    }
}
