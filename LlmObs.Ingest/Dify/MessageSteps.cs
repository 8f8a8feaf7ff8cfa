using LlmObs.Domain.Dify;
using LlmObs.Domain.GenAi;
using LlmObs.Domain.Updates;

namespace LlmObs.Ingest.Dify;

/// <summary>A message → the root of its run's trace; of an app without workflow the whole trace.</summary>
internal static class MessageSteps
{
    public static IEnumerable<UpdatedFields> Of(DifyMessage message, IReadOnlyList<DifyThought> thoughts, DifyContext context)
    {
        yield return Root(message, context);
        if (message.RunId is { } runId)
        {
            yield return Run(message, runId, context);
        }
        else
        {
            yield return Answer(message, isOneCall: thoughts.Count == 0, context);
        }

        foreach (var thought in thoughts)
        {
            yield return Of(thought, message, context);
            foreach (var call in Calls(thought, message, context))
            {
                yield return call;
            }
        }
    }

    private static UpdatedFields Root(DifyMessage message, DifyContext context) =>
        Step(message, DifyIds.Message(message.Id), StepFields.Read(message.UpdatedAt), context)
            .Named(context.AppName(message.AppId) ?? "message")
            .Lasting(message.CreatedAt, End(message))
            .Ended(message.IsOpen ? "" : message.Status, message.Error)
            .Attribute(DifyAttributes.Kind, context.Names.Apps.GetValueOrDefault(message.AppId)?.Mode == "agent-chat" ? "AGENT" : "WORKFLOW")
            .Attribute(DifyAttributes.AppMode, context.Names.Apps.GetValueOrDefault(message.AppId)?.Mode)
            .Attribute(GenAiNames.WorkflowName, context.AppName(message.AppId))
            .Attribute(DifyAttributes.InvokeFrom, message.InvokeFrom)
            .Attribute(DifyAttributes.Input, message.Query)
            .Attribute(DifyAttributes.Output, message.Answer)
            .Build();

    // The run's row may come later, or not at all: Dify removes rows without warning.
    private static UpdatedFields Run(DifyMessage message, Guid runId, DifyContext context) =>
        Step(message, DifyIds.Workflow(runId), StepFields.Guessed, context)
            .Named("workflow")
            .Under(DifyIds.Message(message.Id))
            .Holding(message.CreatedAt, End(message) ?? message.CreatedAt)
            .Attribute(DifyAttributes.Kind, "WORKFLOW")
            .Build();

    // An agent's answer is the sum of its thoughts, which are counted instead.
    private static UpdatedFields Answer(DifyMessage message, bool isOneCall, DifyContext context)
    {
        var step = Step(message, DifyIds.Answer(message.Id), StepFields.Read(message.UpdatedAt), context)
            .Named(message.Model ?? "llm")
            .Under(DifyIds.Message(message.Id))
            .Lasting(message.CreatedAt, End(message))
            .Ended(message.IsOpen ? "" : message.Status, message.Error)
            .Attribute(DifyAttributes.Kind, isOneCall ? "LLM" : "CHAIN")
            .AddModel(message.Provider, message.Model)
            .AddPrompts(DifyJson.Parse(message.Prompt))
            .AddAnswer(message.Answer, null, null);
        return isOneCall
            ? step.With(answer => answer.AddUsage(DifyJson.Object(message.Metadata)?.Member("usage")))
                .AddTokens(message.InputTokens, message.OutputTokens)
                .AddPrice(message.TotalPrice, message.Currency)
                .Build()
            : step.Build();
    }

    private static UpdatedFields Of(DifyThought thought, DifyMessage message, DifyContext context) =>
        Step(message, DifyIds.Thought(thought.Id), StepFields.Read(message.UpdatedAt), context)
            .Named(message.Model ?? "llm")
            .Under(DifyIds.Answer(message.Id))
            .Lasting(thought.CreatedAt, thought.CreatedAt.AddSeconds(Math.Clamp(thought.Latency, 0, 86_400)))
            .Attribute(DifyAttributes.Kind, "LLM")
            .AddModel(message.Provider, message.Model)
            .AddPrompts(DifyJson.Parse(thought.Prompt))
            .AddAnswer(thought.Answer is { Length: > 0 } answer ? answer : thought.Thought, null, null)
            .AddTokens(thought.InputTokens, thought.OutputTokens)
            .AddPrice(thought.TotalPrice, thought.Currency)
            .Build();

    private static IEnumerable<UpdatedFields> Calls(DifyThought thought, DifyMessage message, DifyContext context)
    {
        var inputs = DifyJson.Object(thought.ToolInput);
        var results = DifyJson.Object(thought.Observation);
        var meta = DifyJson.Object(thought.ToolMeta);
        foreach (var name in ToolCalls.Names(thought))
        {
            var about = meta?.Member(name);
            var seconds = (double)(about?.Number("time_cost") ?? 0);
            var error = about?.Text("error");
            yield return Step(message, DifyIds.Call(message.Id, name, thought.CreatedAt), StepFields.Read(message.UpdatedAt), context)
                .Named(name)
                .Under(DifyIds.Thought(thought.Id))
                .Lasting(thought.CreatedAt, thought.CreatedAt.AddSeconds(Math.Clamp(seconds, 0, 86_400)))
                .Ended(error is null ? "succeeded" : "failed", error)
                .Attribute(DifyAttributes.Kind, "TOOL")
                .Attribute(GenAiNames.ToolCallArguments, inputs?.Text(name))
                .Attribute(GenAiNames.ToolCallResult, results?.Text(name) ?? (results is null ? thought.Observation : null))
                .Build();
        }
    }

    private static StepFields Step(DifyMessage message, string spanId, UpdateRank rank, DifyContext context)
    {
        var step = context
            .AddApp(new(message.TraceId, spanId, rank), message.AppId, null)
            .Attribute(DifyAttributes.MessageId, message.Id)
            .Attribute(DifyAttributes.RunId, message.RunId)
            .Attribute(GenAiNames.ConversationId, message.ConversationId);
        return message.Creator is { } creator ? step.With(named => context.AddPerson(named, creator)) : step;
    }

    private static DateTimeOffset? End(DifyMessage message) =>
        message.IsOpen ? null
        : message.Latency > 0 ? message.CreatedAt.AddSeconds(message.Latency)
        : message.UpdatedAt;
}
