using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Quality.DingTalk;

/// <summary>
/// Stands in for the tables of DingTalk: one app, one person, one base. Takes exactly the calls that the official client shapes, and refuses anything else:
/// other paths, methods, parameters, members, and values whose form is not that of writing. What it gives back has the form of reading.
/// </summary>
public sealed class TableStandIn : IAsyncDisposable
{
    public const string AppKey = "key";
    public const string AppSecret = "secret";
    public const string Operator = "union-operator";
    public const string Base = "base1";

    private readonly Lock gate = new();
    private readonly WebApplication app;
    private readonly List<StandInSheet> sheets = [];
    private readonly HashSet<string> tokens = [];
    private int ids;
    private int throttled;
    private bool losesAnswer;

    private TableStandIn(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    /// <summary>Every call that changed something, as <c>method path</c>.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    public int TokensGiven => tokensGiven;

    private int tokensGiven;

    public static async Task<TableStandIn> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var standIn = new TableStandIn(app);
        app.Run(standIn.AnswerAsync);
        await app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>The sheet of that name, for a test to look at and to edit as people do.</summary>
    public StandInSheet Sheet(string name)
    {
        lock (gate)
        {
            return sheets.Single(sheet => sheet.Name == name);
        }
    }

    public void ExpireTokens()
    {
        lock (gate)
        {
            tokens.Clear();
        }
    }

    /// <summary>Refuses the next calls as too many.</summary>
    public void Throttle(int calls) => throttled = calls;

    /// <summary>Does what the next insert asks, and breaks the connection instead of answering.</summary>
    public void LoseAnswerOfInsert() => losesAnswer = true;

    private async Task AnswerAsync(HttpContext context)
    {
        var body = await BodyAsync(context.Request);
        try
        {
            var (answer, isLost) = Handle(context.Request, body);
            if (isLost)
            {
                context.Abort();
                return;
            }

            await context.Response.WriteAsJsonAsync(answer);
        }
        catch (RefusalException refusal)
        {
            context.Response.StatusCode = refusal.Status;
            if (refusal.Status == 429)
            {
                context.Response.Headers.RetryAfter = "0";
            }

            await context.Response.WriteAsJsonAsync(
                new
                {
                    code = refusal.Code,
                    message = refusal.Message,
                    requestid = Guid.NewGuid().ToString(),
                }
            );
        }
    }

    private (JsonObject Answer, bool IsLost) Handle(HttpRequest request, JsonObject? body)
    {
        lock (gate)
        {
            var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (path is ["v1.0", "oauth2", "accessToken"])
            {
                return (Token(request, body), false);
            }

            Authorise(request);
            if (path is not ["v1.0", "notable", "bases", Base, "sheets", .. var rest])
            {
                throw new RefusalException(404, "InvalidAction.NotFound", $"There is no {request.Path}.");
            }

            if (request.Method != "GET" && rest is not [_, "records", "list"])
            {
                Writes.Enqueue($"{request.Method} {string.Join('/', rest.Skip(1))}");
            }

            var isLost = losesAnswer && request.Method == "POST" && rest is [_, "records"];
            losesAnswer &= !isLost;
            return (Route(request, rest, body), isLost);
        }
    }

    private JsonObject Route(HttpRequest request, string[] rest, JsonObject? body) =>
        (request.Method, rest) switch
        {
            ("GET", []) => Listed(sheets.Select(sheet => (JsonNode)new JsonObject { ["id"] = sheet.Id, ["name"] = sheet.Name })),
            ("POST", []) => CreateSheet(Members(body, "name", "fields")),
            ("GET", [var sheet, "fields"]) => Listed(Find(sheet).Fields.Select(field => (JsonNode)field.Json())),
            ("POST", [var sheet, "fields"]) => new JsonObject
            {
                ["id"] = Find(sheet).AddField(NewId("fld"), Members(body, "name", "type", "property")).Id,
            },
            ("POST", [var sheet, "records", "list"]) => Find(sheet).List(Members(body, "filter", "maxResults", "nextToken", "fieldIdOrNames")),
            ("POST", [var sheet, "records"]) => Find(sheet)
                .Insert(Members(body, "records"), request.Query["clientToken"], () => NewId("rec"), Operator),
            ("PUT", [var sheet, "records"]) => Find(sheet).Update(Members(body, "records"), Operator),
            ("POST", [var sheet, "records", "delete"]) => Find(sheet).Delete(Members(body, "recordIds")),
            _ => throw new RefusalException(404, "InvalidAction.NotFound", $"There is no {request.Method} {request.Path}."),
        };

    private JsonObject Token(HttpRequest request, JsonObject? body)
    {
        var sent = Members(body, "appKey", "appSecret");
        if (request.Method != "POST" || (string?)sent["appKey"] != AppKey || (string?)sent["appSecret"] != AppSecret)
        {
            throw new RefusalException(400, "invalidClientIdOrSecret", "No such app.");
        }

        var token = NewId("token");
        tokensGiven++;
        tokens.Add(token);
        return new() { ["accessToken"] = token, ["expireIn"] = 7200 };
    }

    private void Authorise(HttpRequest request)
    {
        if (!tokens.Contains((string?)request.Headers["x-acs-dingtalk-access-token"] ?? ""))
        {
            throw new RefusalException(401, "InvalidAuthentication", "The token is not, or no longer, valid.");
        }

        if (request.Query["operatorId"] != Operator)
        {
            throw new RefusalException(400, "MissingoperatorId", "operatorId is mandatory for this action.");
        }

        if (request.Query.Keys.FirstOrDefault(key => key is not ("operatorId" or "clientToken")) is { } unknown)
        {
            throw new RefusalException(400, "InvalidParameter", $"There is no parameter {unknown}.");
        }

        if (throttled > 0)
        {
            throttled--;
            throw new RefusalException(429, "Throttling.User", "Too many calls.");
        }
    }

    private JsonObject CreateSheet(JsonObject body)
    {
        var sheet = new StandInSheet(NewId("sht"), (string)body["name"]!);
        foreach (var field in body["fields"] as JsonArray ?? [])
        {
            sheet.AddField(NewId("fld"), Members((JsonObject)field!, "name", "type", "property"));
        }

        sheets.Add(sheet);
        return new() { ["id"] = sheet.Id, ["name"] = sheet.Name };
    }

    private StandInSheet Find(string idOrName) =>
        sheets.FirstOrDefault(sheet => sheet.Id == idOrName || sheet.Name == idOrName)
        ?? throw new RefusalException(404, "InvalidSheet.NotFound", $"There is no sheet {idOrName}.");

    private string NewId(string prefix) => $"{prefix}{++ids}";

    internal static JsonObject Listed(IEnumerable<JsonNode> values) => new() { ["value"] = new JsonArray([.. values]) };

    internal static JsonObject Members(JsonObject? body, params string[] known)
    {
        var sent = body ?? throw new RefusalException(400, "MissingBody", "A JSON object is needed.");
        return sent.FirstOrDefault(member => !known.Contains(member.Key)) is { Key: { } unknown }
            ? throw new RefusalException(400, "InvalidParameter", $"There is no member {unknown}.")
            : sent;
    }

    private static async Task<JsonObject?> BodyAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return null;
        }

        return request.HasJsonContentType() && await JsonNode.ParseAsync(request.Body) is JsonObject body
            ? body
            : throw new BadHttpRequestException("The body is no JSON object.");
    }
}

internal sealed class RefusalException(int status, string code, string message) : Exception(message)
{
    public int Status => status;
    public string Code => code;
}
