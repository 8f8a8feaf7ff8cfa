using System.Diagnostics;
using OpenTelemetry;

namespace LlmObs.SqlCopilot.Telemetry;

/// <summary>Gives every span the conversation, user and request of its parent, also the spans that libraries start: any span can then be found by them.</summary>
internal sealed class InheritedTags : BaseProcessor<Activity>
{
    private static readonly string[] Names = [Tags.ConversationId, Tags.UserId, Tags.RequestId];

    public override void OnStart(Activity data)
    {
        foreach (var name in Names)
        {
            if (data.Parent?.GetTagItem(name) is { } value && data.GetTagItem(name) is null)
            {
                data.SetTag(name, value);
            }
        }
    }
}
