using System.Text;

namespace LlmObs.IntegrationTests.Sls.Emulator;

/// <summary>Every operation of the service's description and every code that it may be refused with; <see cref="RefusalTests"/> has those of the edge.</summary>
public sealed class OperationErrorsTests(OperationErrorsTests.Server server) : IClassFixture<OperationErrorsTests.Server>
{
    /// <summary>Operation and a request for it that could be answered.</summary>
    public static readonly TheoryData<string, string> Operations = new()
    {
        { "GetProject", "GET /" },
        { "UpdateProject", "PUT /\n\n{\"description\":\"\"}" },
        { "DeleteProject", "DELETE /" },
        { "CreateLogStore", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1}" },
        { "ListLogStores", "GET /logstores" },
        { "GetLogStore", "GET /logstores/logs" },
        { "UpdateLogStore", "PUT /logstores/logs\n\n{\"logstoreName\":\"logs\",\"ttl\":1}" },
        { "DeleteLogStore", "DELETE /logstores/logs" },
        { "ListShards", "GET /logstores/logs/shards" },
        { "SplitShard", "POST /logstores/logs/shards/0?action=split" },
        { "MergeShards", "POST /logstores/logs/shards/0?action=merge" },
        { "CreateIndex", "POST /logstores/logs/index\n\n{\"line\":{\"token\":[\" \"]}}" },
        { "UpdateIndex", "PUT /logstores/logs/index\n\n{\"line\":{\"token\":[\" \"]}}" },
        { "GetIndex", "GET /logstores/logs/index" },
        { "DeleteIndex", "DELETE /logstores/logs/index" },
        { "PutLogs", "POST /logstores/logs/shards/lb\n\n{\"__logs__\":[{\"__time__\":1,\"a\":\"b\"}]}" },
        {
            "PutLogs by hash",
            "POST /logstores/logs/shards/route?key=00000000000000000000000000000000\n\n{\"__logs__\":[{\"__time__\":1,\"a\":\"b\"}]}"
        },
        { "PutLogs, plain", "POST /logstores/logs\n\n{\"__logs__\":[{\"__time__\":1,\"a\":\"b\"}]}" },
        { "GetLogs", "GET /logstores/logs?type=log&from=0&to=5" },
        { "GetLogsV2", "POST /logstores/logs/logs\n\n{\"from\":0,\"to\":5}" },
        { "GetHistograms", "GET /logstores/logs?type=histogram&from=0&to=5" },
        { "GetHistograms, newer", "GET /logstores/logs/index?type=histogram&from=0&to=5" },
        { "ListTopics", "GET /logstores/logs?type=topic" },
        { "GetContextLogs", "GET /logstores/logs?type=context_log&pack_id=A-1&pack_meta=0%7CMQ%3D%3D%7C1%7C0&back_lines=1" },
        { "DeleteLogs", "POST /logstores/logs/deletelogs\n\n{\"from\":0,\"to\":5,\"query\":\"*\"}" },
        { "CreateDeleteLogsTask", "POST /logstores/logs/deletelogtasks\n\n{\"from\":0,\"to\":5,\"query\":\"*\"}" },
        { "ListDeleteLogsTasks", "GET /logstores/logs/deletelogtasks" },
        { "GetDeleteLogsTask", "GET /logstores/logs/deletelogtasks/1" },
        { "GetCursor", "GET /logstores/logs/shards/0?type=cursor&from=begin" },
        { "GetCursorTime", "GET /logstores/logs/shards/0?type=cursor_time&cursor=MA==" },
        { "PullLogs", "GET /logstores/logs/shards/0?type=logs&cursor=MA==&count=1" },
        { "CreateConsumerGroup", "POST /logstores/logs/consumergroups\n\n{\"consumerGroup\":\"g\",\"timeout\":5,\"order\":false}" },
        { "ListConsumerGroup", "GET /logstores/logs/consumergroups" },
        { "UpdateConsumerGroup", "PUT /logstores/logs/consumergroups/readers\n\n{\"timeout\":5,\"order\":true}" },
        { "DeleteConsumerGroup", "DELETE /logstores/logs/consumergroups/readers" },
        { "HeartBeat", "POST /logstores/logs/consumergroups/readers?type=heartbeat&consumer=c\n\n[]" },
        { "UpdateCheckPoint", "POST /logstores/logs/consumergroups/readers?type=checkpoint&consumer=c\n\n{\"shard\":0,\"checkpoint\":\"MA==\"}" },
        { "GetCheckPoint", "GET /logstores/logs/consumergroups/readers" },
    };

    public static readonly TheoryData<string, string> OfLogstores = new(
        Operations.Select(row => row.Data).Where(data => InAnother(data.Item2) != data.Item2)
    );

    /// <summary>Operation, code, request.</summary>
    public static readonly TheoryData<string, string, string> Refused = new()
    {
        { "CreateProject", "ParameterInvalid", "POST /\n\n{\"projectName\":5}" },
        { "CreateProject", "ParameterInvalid", "POST /\n\n{\"projectName\":\"NO\"}" },
        { "CreateProject", "ParameterInvalid", "POST /\n\n{\"projectName\":\"new\",\"dataRedundancyType\":\"X\"}" },
        { "CreateProject", "ProjectAlreadyExist", "POST /\n\n{\"projectName\":\"demo\"}" },
        { "CreateProject", "PostBodyInvalid", "POST /\n\n[]" },
        { "UpdateProject", "ParameterInvalid", "PUT /\n\n{\"description\":[]}" },
        { "UpdateProject", "PostBodyInvalid", "PUT /\n\n{" },
        { "ListProject", "ParameterInvalid", "GET /?size=501\nHost: -" },
        { "ListProject", "ParameterInvalid", "GET /?offset=-1\nHost: -" },
        { "CreateLogStore", "LogStoreAlreadyExist", "POST /logstores\n\n{\"logstoreName\":\"logs\",\"ttl\":1}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":5,\"ttl\":1}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"x\",\"ttl\":1}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":\"1\"}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":0}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":3651}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1,\"shardCount\":0}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1,\"maxSplitShard\":257}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1,\"mode\":\"fast\"}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1,\"telemetryType\":\"Traces\"}" },
        { "CreateLogStore", "LogStoreInfoInvalid", "POST /logstores\n\n{\"logstoreName\":\"other\",\"ttl\":1,\"enable_tracking\":\"yes\"}" },
        { "CreateLogStore", "PostBodyInvalid", "POST /logstores\n\n{" },
        { "UpdateLogStore", "LogStoreInfoInvalid", "PUT /logstores/logs\n\n{\"logstoreName\":\"other\",\"ttl\":1}" },
        { "UpdateLogStore", "LogStoreInfoInvalid", "PUT /logstores/logs\n\n{\"logstoreName\":\"logs\",\"ttl\":0}" },
        { "UpdateLogStore", "PostBodyInvalid", "PUT /logstores/logs\n\n[]" },
        { "ListLogStores", "ParameterInvalid", "GET /logstores?size=501" },
        { "ListLogStores", "ParameterInvalid", "GET /logstores?offset=-1" },
        { "ListLogStores", "ParameterInvalid", "GET /logstores?size=ten" },
        { "SplitShard", "ShardNotExist", "POST /logstores/logs/shards/9?action=split" },
        { "SplitShard", "ParameterInvalid", "POST /logstores/logs/shards/0?action=split&key=7" },
        { "SplitShard", "ParameterInvalid", "POST /logstores/logs/shards/0?action=split&key=ffffffffffffffffffffffffffffffff" },
        { "SplitShard", "ParameterInvalid", "POST /logstores/logs/shards/0?action=turn" },
        { "MergeShards", "ShardNotExist", "POST /logstores/logs/shards/9?action=merge" },
        { "MergeShards", "ParameterInvalid", "POST /logstores/logs/shards/1?action=merge" },
        { "CreateIndex", "IndexAlreadyExist", "POST /logstores/logs/index\n\n{\"line\":{\"token\":[\" \"]}}" },
        {
            "CreateIndex",
            "IndexInfoInvalid",
            "POST /logstores/bare/index\n\n{\"line\":{\"token\":[\" \"],\"include_keys\":[\"a\"],\"exclude_keys\":[\"b\"]}}"
        },
        { "CreateIndex", "PostBodyInvalid", "POST /logstores/bare/index\n\n{" },
        { "UpdateIndex", "IndexConfigNotExist", "PUT /logstores/bare/index\n\n{\"line\":{\"token\":[\" \"]}}" },
        { "UpdateIndex", "IndexInfoInvalid", "PUT /logstores/logs/index\n\n{}" },
        { "UpdateIndex", "PostBodyInvalid", "PUT /logstores/logs/index\n\n{" },
        { "GetIndex", "IndexConfigNotExist", "GET /logstores/bare/index" },
        { "DeleteIndex", "IndexConfigNotExist", "DELETE /logstores/bare/index" },
        { "PutLogs", "MissingContentType", "POST /logstores/logs/shards/lb\nContent-Type: \n\n{}" },
        { "PutLogs", "InvalidContentType", "POST /logstores/logs/shards/lb\nContent-Type: text/plain\n\n{}" },
        { "PutLogs", "MissingBodyRawSize", "POST /logstores/logs/shards/lb\nx-log-bodyrawsize: \n\n{}" },
        { "PutLogs", "InvalidBodyRawSize", "POST /logstores/logs/shards/lb\nx-log-bodyrawsize: 7\n\n{}" },
        { "PutLogs", "InvalidBodyRawSize", "POST /logstores/logs/shards/lb\nx-log-bodyrawsize: few\n\n{}" },
        { "PutLogs", "PostBodyTooLarge", "POST /logstores/logs/shards/lb\nx-log-bodyrawsize: 999999999\n\n{}" },
        { "PutLogs", "InvalidCompressType", "POST /logstores/logs/shards/lb\nx-log-compresstype: rar\n\n{}" },
        { "PutLogs", "PostBodyUncompressError", "POST /logstores/logs/shards/lb\nx-log-compresstype: zstd\n\n{}" },
        { "PutLogs", "PostBodyUncompressError", "POST /logstores/logs/shards/lb\nx-log-compresstype: lz4\n\n{}" },
        { "PutLogs", "PostBodyUncompressError", "POST /logstores/logs/shards/lb\nx-log-compresstype: deflate\n\n{}" },
        { "PutLogs", "PostBodyInvalid", "POST /logstores/logs/shards/lb\n\nnot JSON" },
        { "PutLogs", "PostBodyInvalid", "POST /logstores/logs/shards/lb\n\n{\"__logs__\":5}" },
        { "PutLogs", "PostBodyInvalid", "POST /logstores/logs/shards/lb\n\n{\"__logs__\":[{\"__time__\":\"soon\"}]}" },
        { "PutLogs", "PostBodyInvalid", "POST /logstores/logs/shards/lb\nContent-Type: application/x-protobuf\n\n\u00ff\u00ff\u00ff" },
        { "PutLogs", "InvalidKey", "POST /logstores/logs/shards/lb\n\n{\"__logs__\":[{\"__time__\":1,\"\":\"no name\"}]}" },
        {
            "PutLogs",
            "InvalidKey",
            "POST /logstores/logs/shards/lb\nContent-Type: application/x-protobuf\n\n\u000a\u0009\u0008\u0001\u0012\u0005\u000a\u0000\u0012\u0001a"
        },
        {
            "PutLogs",
            "InvalidEncoding",
            "POST /logstores/logs/shards/lb\nContent-Type: application/x-protobuf\n\n\u000a\u000b\u0008\u0001\u0012\u0007\u000a\u0001a\u0012\u0002\u00ff\u00fe"
        },
        { "PutLogs", "ParameterInvalid", "POST /logstores/logs/shards/route\n\n{\"__logs__\":[]}" },
        { "PutLogs", "ParameterInvalid", "POST /logstores/logs/shards/route?key=7\n\n{\"__logs__\":[]}" },
        { "PutWebtracking", "Unauthorized", "POST /logstores/logs/track\n\n{\"__logs__\":[{\"a\":\"b\"}]}" },
        { "PutWebtracking", "PostBodyInvalid", "POST /logstores/tracked/track\n\n{\"__logs__\":5}" },
        { "PutWebtracking", "InvalidKey", "POST /logstores/tracked/track\n\n{\"__logs__\":[{\"\":\"no name\"}]}" },
        { "GetLogs", "IndexConfigNotExist", "GET /logstores/bare?type=log&from=0&to=5" },
        { "GetLogs", "InvalidTimeRange", "GET /logstores/logs?type=log&from=5&to=5" },
        { "GetLogs", "InvalidLine", "GET /logstores/logs?type=log&from=0&to=5&line=101" },
        { "GetLogs", "InvalidLine", "GET /logstores/logs?type=log&from=0&to=5&line=-1" },
        { "GetLogs", "InvalidLine", "GET /logstores/logs?type=log&from=0&to=5&line=many" },
        { "GetLogs", "InvalidOffset", "GET /logstores/logs?type=log&from=0&to=5&offset=-1" },
        { "GetLogs", "InvalidOffset", "GET /logstores/logs?type=log&from=0&to=5&offset=x" },
        { "GetLogs", "InvalidReverse", "GET /logstores/logs?type=log&from=0&to=5&reverse=maybe" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=log&to=5" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=log&from=a&to=5" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=log&from=0&to=5&query=a%20and" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=log&from=0&to=5&query=*%7Cselect%20nope" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=log&from=0&to=5&offset=1&query=*%7Cselect%201" },
        { "GetLogs", "ParameterInvalid", "GET /logstores/logs?type=other" },
        { "GetLogsV2", "IndexConfigNotExist", "POST /logstores/bare/logs\n\n{\"from\":0,\"to\":5}" },
        { "GetLogsV2", "InvalidTimeRange", "POST /logstores/logs/logs\n\n{\"from\":5,\"to\":5}" },
        { "GetLogsV2", "InvalidLine", "POST /logstores/logs/logs\n\n{\"from\":0,\"to\":5,\"line\":101}" },
        { "GetLogsV2", "InvalidOffset", "POST /logstores/logs/logs\n\n{\"from\":0,\"to\":5,\"offset\":-1}" },
        { "GetLogsV2", "ParameterInvalid", "POST /logstores/logs/logs\n\n{\"to\":5}" },
        { "GetLogsV2", "ParameterInvalid", "POST /logstores/logs/logs\n\n{\"from\":0,\"to\":5,\"query\":\"not\"}" },
        { "GetLogsV2", "PostBodyInvalid", "POST /logstores/logs/logs\n\n{" },
        { "GetHistograms", "IndexConfigNotExist", "GET /logstores/bare?type=histogram&from=0&to=5" },
        { "GetHistograms", "InvalidTimeRange", "GET /logstores/logs?type=histogram&from=5&to=5" },
        { "GetHistograms", "ParameterInvalid", "GET /logstores/logs?type=histogram&from=0&to=5&query=*way" },
        { "GetHistograms", "ParameterInvalid", "GET /logstores/logs?type=histogram&from=0&to=99999999&interval=1" },
        { "GetHistograms", "InvalidTimeRange", "GET /logstores/logs/index?type=histogram&from=5&to=5" },
        { "ListTopics", "InvalidLine", "GET /logstores/logs?type=topic&line=0" },
        { "GetContextLogs", "ParameterInvalid", "GET /logstores/logs?type=context_log&pack_id=A-1&pack_meta=x&back_lines=1" },
        { "GetContextLogs", "ParameterInvalid", "GET /logstores/logs?type=context_log&pack_id=A-1&pack_meta=0%7CMQ%3D%3D%7C1%7C0" },
        { "GetContextLogs", "ParameterInvalid", "GET /logstores/logs?type=context_log&pack_id=A-1&pack_meta=0%7CMQ%3D%3D%7C1%7C0&back_lines=101" },
        { "GetContextLogs", "ParameterInvalid", "GET /logstores/logs?type=context_log&pack_meta=0%7CMQ%3D%3D%7C1%7C0&back_lines=1" },
        { "GetProjectLogs", "ParameterInvalid", "GET /logs?query=select%201" },
        { "GetProjectLogs", "ParameterInvalid", "GET /logs?query=select%20count(*)%20where%20__time__%20%3E%200" },
        { "GetProjectLogs", "LogStoreNotExist", "GET /logs?query=select%20count(*)%20from%20nope%20where%20__time__%20%3E%200" },
        { "GetProjectLogs", "IndexConfigNotExist", "GET /logs?query=select%20count(*)%20from%20bare%20where%20__time__%20%3E%200" },
        { "DeleteLogs", "ParameterInvalid", "POST /logstores/logs/deletelogs\n\n{\"from\":0,\"to\":5,\"query\":\"*\"}" },
        { "DeleteLogs", "ParameterInvalid", "POST /logstores/tracked/deletelogs\n\n{\"from\":0,\"to\":5,\"rowId\":\"1\"}" },
        { "DeleteLogs", "InvalidTimeRange", "POST /logstores/tracked/deletelogs\n\n{\"from\":5,\"to\":5,\"query\":\"*\"}" },
        { "DeleteLogs", "IndexConfigNotExist", "POST /logstores/tracked/deletelogs\n\n{\"from\":0,\"to\":5,\"query\":\"*\"}" },
        { "CreateDeleteLogsTask", "ParameterInvalid", "POST /logstores/logs/deletelogtasks\n\n{\"from\":0,\"to\":5}" },
        { "CreateDeleteLogsTask", "ParameterInvalid", "POST /logstores/logs/deletelogtasks\n\n{\"from\":0,\"to\":\"5\",\"query\":\"*\"}" },
        { "CreateDeleteLogsTask", "ParameterInvalid", "POST /logstores/logs/deletelogtasks\n\n{\"from\":0,\"to\":5,\"query\":\"a and\"}" },
        { "CreateDeleteLogsTask", "ParameterInvalid", "POST /logstores/logs/deletelogtasks\n\n{\"from\":0,\"to\":5,\"query\":\"*|select 1\"}" },
        { "CreateDeleteLogsTask", "InvalidTimeRange", "POST /logstores/logs/deletelogtasks\n\n{\"from\":5,\"to\":5,\"query\":\"*\"}" },
        { "CreateDeleteLogsTask", "IndexConfigNotExist", "POST /logstores/bare/deletelogtasks\n\n{\"from\":0,\"to\":5,\"query\":\"*\"}" },
        { "GetDeleteLogsTask", "ParameterInvalid", "GET /logstores/logs/deletelogtasks/unknown" },
        { "GetCursor", "ShardNotExist", "GET /logstores/logs/shards/9?type=cursor&from=begin" },
        { "GetCursor", "ParameterInvalid", "GET /logstores/logs/shards/0?type=cursor&from=soon" },
        { "GetCursorTime", "ShardNotExist", "GET /logstores/logs/shards/9?type=cursor_time&cursor=MA==" },
        { "GetCursorTime", "InvalidCursor", "GET /logstores/logs/shards/0?type=cursor_time&cursor=x" },
        { "PullLogs", "ShardNotExist", "GET /logstores/logs/shards/9?type=logs&cursor=MA==&count=1" },
        { "PullLogs", "InvalidCursor", "GET /logstores/logs/shards/0?type=logs&cursor=x&count=1" },
        { "PullLogs", "InvalidCursor", "GET /logstores/logs/shards/0?type=log&cursor=OTk5OTk5OTk5OTk5OTk5OTk=&count=10" },
        { "PullLogs", "ParameterInvalid", "GET /logstores/logs/shards/0?type=log&cursor=MA==&count=0" },
        { "PullLogs", "ParameterInvalid", "GET /logstores/logs/shards/0?type=log&cursor=MA==&count=1001" },
        { "PullLogs", "ParameterInvalid", "GET /logstores/logs/shards/0?type=log&cursor=MA==&count=1&query=where%20a" },
        {
            "CreateConsumerGroup",
            "ConsumerGroupAlreadyExist",
            "POST /logstores/logs/consumergroups\n\n{\"consumerGroup\":\"readers\",\"timeout\":5,\"order\":false}"
        },
        { "CreateConsumerGroup", "JsonInfoInvalid", "POST /logstores/logs/consumergroups\n\n{\"timeout\":5}" },
        { "CreateConsumerGroup", "JsonInfoInvalid", "POST /logstores/logs/consumergroups\n\n{\"consumerGroup\":\"g\",\"timeout\":\"5\"}" },
        { "CreateConsumerGroup", "ParameterInvalid", "POST /logstores/logs/consumergroups\n\n{\"consumerGroup\":\"g\",\"timeout\":0}" },
        { "CreateConsumerGroup", "PostBodyInvalid", "POST /logstores/logs/consumergroups\n\n{" },
        { "UpdateConsumerGroup", "ConsumerGroupNotExist", "PUT /logstores/logs/consumergroups/nope\n\n{\"timeout\":5,\"order\":true}" },
        { "UpdateConsumerGroup", "JsonInfoInvalid", "PUT /logstores/logs/consumergroups/readers\n\n{\"timeout\":\"5\"}" },
        { "UpdateConsumerGroup", "PostBodyInvalid", "PUT /logstores/logs/consumergroups/readers\n\n{" },
        { "DeleteConsumerGroup", "ConsumerGroupNotExist", "DELETE /logstores/logs/consumergroups/nope" },
        { "HeartBeat", "ConsumerGroupNotExist", "POST /logstores/logs/consumergroups/nope?type=heartbeat&consumer=c\n\n[]" },
        { "HeartBeat", "PostBodyInvalid", "POST /logstores/logs/consumergroups/readers?type=heartbeat&consumer=c\n\n{" },
        { "HeartBeat", "ParameterInvalid", "POST /logstores/logs/consumergroups/readers?type=heartbeat\n\n[]" },
        {
            "UpdateCheckPoint",
            "ConsumerGroupNotExist",
            "POST /logstores/logs/consumergroups/nope?type=checkpoint&consumer=c\n\n{\"shard\":0,\"checkpoint\":\"MA==\"}"
        },
        {
            "UpdateCheckPoint",
            "NotExistConsumerWithBody",
            "POST /logstores/logs/consumergroups/readers?type=checkpoint&consumer=nobody\n\n{\"shard\":0,\"checkpoint\":\"MA==\"}"
        },
        {
            "UpdateCheckPoint",
            "InvalidShardCheckPoint",
            "POST /logstores/logs/consumergroups/readers?type=checkpoint&consumer=second\n\n{\"shard\":0,\"checkpoint\":\"MA==\"}"
        },
        { "UpdateCheckPoint", "JsonInfoInvalid", "POST /logstores/logs/consumergroups/readers?type=checkpoint&consumer=first\n\n{}" },
        { "GetCheckPoint", "ConsumerGroupNotExist", "GET /logstores/logs/consumergroups/nope" },
        { "any", "InvalidMethod", "PATCH /logstores/logs" },
        { "any", "ParameterInvalid", "GET /nothing/here" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Of_the_operation(string operation, string code, string request)
    {
        using var response = await server.SendAsync(request);
        await ServiceError.ExpectAsync(response, code, operation);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Of_a_project_that_is_not_there(string operation, string request)
    {
        using var response = await server.SendAsync(request, project: "nobodys");
        await ServiceError.ExpectAsync(response, "ProjectNotExist", operation);
    }

    [Theory]
    [MemberData(nameof(OfLogstores))]
    public async Task Of_a_logstore_that_is_not_there(string operation, string request)
    {
        using var response = await server.SendAsync(InAnother(request));
        await ServiceError.ExpectAsync(response, "LogStoreNotExist", operation);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Of_a_signature_by_another_secret(string operation, string request)
    {
        using var response = await server.SendAsync(request, secret: "wrong");
        await ServiceError.ExpectAsync(response, "SignatureNotMatch", operation);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Of_a_request_that_is_too_old(string operation, string request)
    {
        using var response = await server.SendAsync(request, date: TimeProvider.System.GetUtcNow().AddMinutes(-16));
        await ServiceError.ExpectAsync(response, "RequestTimeExpired", operation);
    }

    private static string InAnother(string request) =>
        request
            .Replace("/logstores/logs", "/logstores/nope", StringComparison.Ordinal)
            .Replace("\"logstoreName\":\"logs\"", "\"logstoreName\":\"nope\"", StringComparison.Ordinal);

    /// <summary>One emulator for all tables: refusals change nothing.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private TestSls sls = null!;

        public async ValueTask InitializeAsync()
        {
            sls = await TestSls.StartAsync();
            await sls.CreateLogstoreAsync(SixLogs.Index);
            await sls.ExpectOkAsync(HttpMethod.Post, "/logstores", """{"logstoreName":"bare","ttl":1}""");
            await sls.ExpectOkAsync(
                HttpMethod.Post,
                "/logstores",
                """{"logstoreName":"tracked","ttl":1,"enable_tracking":true,"enableModify":true}"""
            );
            await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/consumergroups", """{"consumerGroup":"readers","timeout":600,"order":false}""");
            await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/consumergroups/readers?type=heartbeat&consumer=first", "[]");
            await sls.ExpectOkAsync(HttpMethod.Post, "/logstores/logs/consumergroups/readers?type=heartbeat&consumer=second", "[]");
        }

        public ValueTask DisposeAsync() => sls.DisposeAsync();

        /// <param name="request">As on the wire: method and target; headers that differ from the usual ones, none where nothing stands behind the colon; a body, of which each character is a byte. Host is the project alone, or - for none.</param>
        public Task<HttpResponseMessage> SendAsync(string request, string project = "demo", string secret = "local", DateTimeOffset? date = null)
        {
            var parts = request.Split("\n\n", 2);
            var lines = parts[0].Split('\n');
            var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(header => header[0], header => header[1]);
            var words = lines[0].Split(' ');
            var contentType = headers.GetValueOrDefault("Content-Type", "application/json");
            return sls.SendAsync(
                new HttpMethod(words[0]),
                words[1],
                parts.Length > 1 ? Encoding.Latin1.GetBytes(parts[1]) : null,
                parts.Length > 1 && contentType.Length > 0 ? contentType : null,
                headers.GetValueOrDefault("Host") == "-" ? null : project,
                message =>
                {
                    foreach (var (name, value) in headers.Where(header => header.Key.StartsWith("x-log-", StringComparison.Ordinal)))
                    {
                        message.Headers.Remove(name);
                        if (value.Length > 0)
                        {
                            message.Headers.Add(name, value);
                        }
                    }
                },
                secret,
                date
            );
        }
    }
}
