using System.Text.Json;
using LlmObs.Sls.Signing;
using static LlmObs.Tests.Sls.SlsFixtures;

namespace LlmObs.Tests.Sls;

public sealed class SignatureTests
{
    public static TheoryData<string> V1Vectors => [.. Vectors("v1").Select(vector => Text(vector, "name"))];
    public static TheoryData<string> V4Vectors => [.. Vectors("v4").Select(vector => Text(vector, "name"))];

    [Theory]
    [MemberData(nameof(V1Vectors))]
    public void Signs_as_official_clients_do_by_version_1(string name)
    {
        var vector = Vectors("v1").Single(vector => Text(vector, "name") == name);
        var message = Message(vector);

        Assert.Equal(Text(vector, "stringToSign"), SignatureV1.StringToSign(message));
        Assert.Equal(Text(vector, "authorization"), SignatureV1.Authorize(message, Text(vector, "accessKeyId"), Text(vector, "accessKeySecret")));
    }

    [Theory]
    [MemberData(nameof(V4Vectors))]
    public void Signs_as_official_clients_do_by_version_4(string name)
    {
        var vector = Vectors("v4").Single(vector => Text(vector, "name") == name);
        var message = Message(vector);
        var (secret, region) = (Text(vector, "accessKeySecret"), Text(vector, "region"));

        Assert.Equal(Text(vector, "canonicalRequest"), SignatureV4.CanonicalRequest(message));
        Assert.Equal(
            Text(vector, "signingKeyHex"),
            Convert.ToHexStringLower(SignatureV4.SigningKey(secret, message.Header("x-log-date")[..8], region))
        );
        Assert.Equal(Text(vector, "stringToSign"), SignatureV4.StringToSign(message, region));
        Assert.Equal(Text(vector, "authorization"), SignatureV4.Authorize(message, Text(vector, "accessKeyId"), secret, region));
    }

    [Theory]
    [InlineData("put-logs.json")]
    [InlineData("get-logs.json")]
    [InlineData("get-logs-v2.json")]
    [InlineData("create-index.json")]
    [InlineData("get-cursor.json")]
    [InlineData("list-shards.json")]
    [InlineData("create-consumer-group.json")]
    public void Reproduces_the_signatures_of_captured_requests(string file)
    {
        var exchanges = Read(file).GetProperty("exchanges").EnumerateArray().ToList();
        Assert.NotEmpty(exchanges);
        foreach (var exchange in exchanges)
        {
            var request = exchange.GetProperty("request");
            var headers = request
                .GetProperty("headers")
                .EnumerateArray()
                .ToDictionary(header => header[0].GetString()!, header => header[1].GetString()!, StringComparer.OrdinalIgnoreCase);
            var isV4 = Text(exchange, "signing") == "v4";
            if (!isV4 && Text(exchange, "client").Contains("python", StringComparison.Ordinal))
            {
                // That client adds the header after signing.
                headers.Remove("x-log-date");
            }

            var query = exchange.GetProperty("meaning").GetProperty("query");
            var message = new SignedMessage(Text(request, "method"), Text(exchange.GetProperty("meaning"), "path"), Map(query), headers);
            var credentials = exchange.GetProperty("credentials");
            var (id, secret) = (Text(credentials, "accessKeyId"), Text(credentials, "accessKeySecret"));

            Assert.Equal(
                headers["authorization"],
                isV4 ? SignatureV4.Authorize(message, id, secret, Text(exchange, "region")) : SignatureV1.Authorize(message, id, secret)
            );
        }
    }

    [Fact]
    public void Escapes_values_in_the_canonical_query_as_RFC_3986_says()
    {
        var vector = Read("signing-vectors.json").GetProperty("v4ValueEncoding")[0];
        var message = new SignedMessage(
            "GET",
            "/",
            new Dictionary<string, string> { ["q"] = Text(vector, "raw") },
            new Dictionary<string, string> { ["x-log-content-sha256"] = "" }
        );

        Assert.Contains("\nq=" + Text(vector, "encoded") + "\n", SignatureV4.CanonicalRequest(message), StringComparison.Ordinal);
    }

    private static List<JsonElement> Vectors(string version) => [.. Read("signing-vectors.json").GetProperty(version).EnumerateArray()];

    private static SignedMessage Message(JsonElement vector) =>
        new(Text(vector, "method"), Text(vector, "path"), Map(vector.GetProperty("query")), Map(vector.GetProperty("headers")));
}
