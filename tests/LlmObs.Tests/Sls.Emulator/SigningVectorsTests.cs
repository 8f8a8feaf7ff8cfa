using System.Text.Json.Nodes;
using LlmObs.Sls.Emulator;
using LlmObs.Sls.Emulator.Http;
using LlmObs.Sls.Emulator.Signing;

namespace LlmObs.Tests.Sls.Emulator;

/// <summary>The verifier against vectors of the official clients.</summary>
public sealed class SigningVectorsTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "sls", "signing-vectors.json"))
    )!;

    public static TheoryData<string, string> Names()
    {
        var data = new TheoryData<string, string>();
        foreach (var scheme in new[] { "v1", "v4" })
        {
            foreach (var vector in Vectors[scheme]!.AsArray())
            {
                data.Add(scheme, (string)vector!["name"]!);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Accepts(string scheme, string name)
    {
        var (request, id, secret) = Load(scheme, name);

        Verifier(id, secret).Verify(request);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refuses_another_secret(string scheme, string name)
    {
        var (request, id, secret) = Load(scheme, name);

        var refusal = Assert.Throws<SlsException>(() => Verifier(id, secret + "x").Verify(request));

        Assert.Equal("SignatureNotMatch", refusal.Code);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Refuses_another_path(string scheme, string name)
    {
        var (request, id, secret) = Load(scheme, name);

        Assert.Throws<SlsException>(() => Verifier(id, secret).Verify(request with { Path = request.Path + "x" }));
    }

    private static SignatureVerifier Verifier(string id, string secret)
    {
        var options = new EmulatorOptions { CheckClock = false };
        options.Keys[id] = secret;
        return new SignatureVerifier(options, TimeProvider.System);
    }

    private static (SignedRequest Request, string Id, string Secret) Load(string scheme, string name)
    {
        var vector = Vectors[scheme]!.AsArray().First(vector => (string?)vector!["name"] == name)!;
        var headers = vector["headers"]!
            .AsObject()
            .ToDictionary(header => header.Key.ToLowerInvariant().Trim(), header => (string?)header.Value ?? "", StringComparer.Ordinal);
        headers["authorization"] = (string)vector["authorization"]!;
        var query = vector["query"]!
            .AsObject()
            .Select(parameter => new KeyValuePair<string, string>(parameter.Key, (string?)parameter.Value ?? ""))
            .ToList();
        var request = new SignedRequest(
            (string)vector["method"]!,
            (string)vector["path"]!,
            query,
            headers,
            Convert.FromBase64String((string?)vector["bodyBase64"] ?? "")
        );
        return (request, (string)vector["accessKeyId"]!, (string)vector["accessKeySecret"]!);
    }
}
