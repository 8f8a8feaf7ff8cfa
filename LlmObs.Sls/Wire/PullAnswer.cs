using Google.Protobuf;

namespace LlmObs.Sls.Wire;

/// <summary>The answer of PullLogs: a list of groups, and the next cursor in a header.</summary>
internal static class PullAnswer
{
    public static SlsPull Read(SlsAnswer answer)
    {
        var next = answer.Header("x-log-cursor") ?? throw Bad("it has no x-log-cursor", answer, null);
        try
        {
            return new SlsPull([.. Proto.LogGroupList.Parser.ParseFrom(answer.Body).LogGroups.Select(Group)], next);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Bad(exception.Message, answer, exception);
        }
    }

    private static SlsLogGroup Group(Proto.LogGroup group) =>
        new(
            [
                .. group.Logs.Select(log => new SlsLog(
                    log.Time,
                    log.TimeNs,
                    [.. log.Contents.Select(content => new KeyValuePair<string, string>(content.Key, content.Value))]
                )),
            ],
            group.Topic,
            group.Source,
            [.. group.LogTags.Select(tag => new KeyValuePair<string, string>(tag.Key, tag.Value))]
        );

    private static SlsException Bad(string why, SlsAnswer answer, Exception? inner) =>
        new(200, SlsException.BadResponse, $"The answer is not what SLS's protocol says: {why}", answer.RequestId, inner);
}
