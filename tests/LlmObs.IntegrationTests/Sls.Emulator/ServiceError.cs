using System.Text.Json.Nodes;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>A refusal in the service's form.</summary>
internal static class ServiceError
{
    /// <summary>The status that the service's description gives for a code.</summary>
    public static int StatusOf(string code) =>
        code switch
        {
            "SignatureNotMatch" or "Unauthorized" => 401,
            "WriteQuotaExceed" or "ReadQuotaExceed" or "ShardWriteQuotaExceed" or "ShardReadQuotaExceed" => 403,
            "ProjectNotExist" or "LogStoreNotExist" or "IndexConfigNotExist" or "ConsumerGroupNotExist" => 404,
            "InvalidMethod" => 405,
            "MissingContentLength" => 411,
            "InvalidContentType" => 415,
            "InternalServerError" => 500,
            "ServerBusy" => 503,
            _ => 400,
        };

    public static async Task ExpectAsync(HttpResponseMessage response, string code, string of = "")
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var body = text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject();
        Assert.True(
            (int)response.StatusCode == StatusOf(code) && (string?)body["errorCode"] == code,
            $"{of}: not {code} but {(int)response.StatusCode} {text}"
        );
        Assert.NotEmpty((string)body["errorMessage"]!);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Matches("^[0-9A-F]{24}$", response.Headers.GetValues("x-log-requestid").Single());
    }
}
