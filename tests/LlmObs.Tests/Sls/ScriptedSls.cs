using System.Net;
using System.Text;
using LlmObs.Sls;

namespace LlmObs.Tests.Sls;

/// <summary>An SLS that answers from a script, at the one boundary there is: the HTTP handler.</summary>
internal sealed class ScriptedSls : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> script = [];

    public List<(string Request, string Host, string Body)> Requests { get; } = [];

    public ScriptedSls Answers(string json = "", HttpStatusCode status = HttpStatusCode.OK)
    {
        script.Enqueue(() =>
            new(status)
            {
                Content = new StringContent(json, Encoding.UTF8, "application/json"),
                Headers = { { "x-log-requestid", "68A0C3D2F1B2A4C5D6E7F801" } },
            }
        );
        return this;
    }

    public ScriptedSls Refuses(HttpStatusCode status, string code, string message = "no") =>
        Answers($$"""{"errorCode":"{{code}}","errorMessage":"{{message}}"}""", status);

    public ScriptedSls Fails(Exception exception)
    {
        script.Enqueue(() => throw exception);
        return this;
    }

    /// <summary>The answer of an analysis.</summary>
    public ScriptedSls AnswersRows(string rowsJson, string progress = "Complete", bool isAccurate = true) =>
        Answers(
            $$"""{"meta":{"progress":"{{progress}}","hasSQL":true,"isAccurate":{{(isAccurate ? "true" : "false")}},"keys":["a"],"processedRows":3,"elapsedMillisecond":7},"data":{{rowsJson}}}"""
        );

    public SlsClient Client(
        string connection = "Endpoint=http://127.0.0.1:5085;Project=llmobs;AccessKeyId=id;AccessKeySecret=secret",
        int incompleteRetries = 0
    ) => new(SlsOptions.Parse(connection) with { IncompleteRetries = incompleteRetries }, new HttpClient(this));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add(($"{request.Method} {request.RequestUri!.PathAndQuery}", request.Headers.Host ?? "", body));
        return script.Count > 0
            ? script.Dequeue()()
            : throw new InvalidOperationException($"The script has no answer to {request.Method} {request.RequestUri}.");
    }
}
