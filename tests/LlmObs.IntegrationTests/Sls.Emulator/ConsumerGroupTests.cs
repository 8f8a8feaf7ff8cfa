using System.Text;
using System.Text.Json.Nodes;

namespace LlmObs.IntegrationTests.Sls.Emulator;

public sealed class ConsumerGroupTests
{
    private const string Groups = "/logstores/logs/consumergroups";

    [Fact]
    public async Task Keeps_groups_and_checkpoints_over_a_restart()
    {
        var directory = Directory.CreateTempSubdirectory("sls").FullName;
        await using (var sls = await TestSls.StartAsync(directory))
        {
            await sls.CreateLogstoreAsync(SixLogs.Index);
            await sls.ExpectOkAsync(HttpMethod.Post, Groups, """{"consumerGroup":"exporter","timeout":60,"order":false}""");
            await RefusedAsync(sls, Groups, """{"consumerGroup":"exporter","timeout":60,"order":false}""", "ConsumerGroupAlreadyExist");
            await sls.ExpectOkAsync(HttpMethod.Put, Groups + "/exporter", """{"timeout":30,"order":true}""");
            await RefusedAsync(
                sls,
                Groups + "/exporter?type=checkpoint&consumer=c1",
                """{"shard":0,"checkpoint":"MQ=="}""",
                "NotExistConsumerWithBody"
            );
            Assert.Equal("[0,1]", (await sls.ExpectOkAsync(HttpMethod.Post, Groups + "/exporter?type=heartbeat&consumer=c1", "[]"))!.ToJsonString());
            await sls.ExpectOkAsync(
                HttpMethod.Post,
                Groups + "/exporter?type=checkpoint&consumer=c1&forceSuccess=false",
                """{"shard":1,"checkpoint":"MQ=="}"""
            );
            await sls.ExpectOkAsync(HttpMethod.Post, Groups + "/exporter?type=heartbeat&consumer=c2", "[]");
            await RefusedAsync(
                sls,
                Groups + "/exporter?type=checkpoint&consumer=c2",
                """{"shard":1,"checkpoint":"MQ=="}""",
                "InvalidShardCheckPoint"
            );
            await sls.ExpectOkAsync(
                HttpMethod.Post,
                Groups + "/exporter?type=checkpoint&consumer=c2&forceSuccess=true",
                """{"shard":0,"checkpoint":"Mg=="}"""
            );
        }
        await using (var sls = await TestSls.StartAsync(directory))
        {
            Assert.Equal("""[{"name":"exporter","timeout":30,"order":true}]""", (await sls.ExpectOkAsync(HttpMethod.Get, Groups))!.ToJsonString());
            var checkpoints = (await sls.ExpectOkAsync(HttpMethod.Get, Groups + "/exporter"))!.AsArray();
            Assert.Equal(
                ["0 Mg== c2", "1 MQ== c1"],
                checkpoints.Select(checkpoint => $"{checkpoint!["shard"]} {checkpoint["checkpoint"]} {checkpoint["consumer"]}")
            );
            Assert.Single((await sls.ExpectOkAsync(HttpMethod.Get, Groups + "/exporter?shard=1"))!.AsArray());
            await sls.ExpectOkAsync(HttpMethod.Delete, Groups + "/exporter");
            await RefusedAsync(sls, Groups + "/exporter?type=heartbeat&consumer=c1", "[]", "ConsumerGroupNotExist");
        }
        Directory.Delete(directory, recursive: true);
    }

    private static async Task RefusedAsync(TestSls sls, string target, string body, string code)
    {
        using var response = await sls.SendAsync(HttpMethod.Post, target, Encoding.UTF8.GetBytes(body), "application/json");
        Assert.Equal(code, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errorCode"]);
    }
}
