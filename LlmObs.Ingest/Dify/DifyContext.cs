using LlmObs.Domain.Dify;
using LlmObs.Storage.Dify;

namespace LlmObs.Ingest.Dify;

/// <summary>The names by which people know what rows only have ids of.</summary>
internal sealed record DifyContext(DifyNames Names, IReadOnlyDictionary<DifyCreator, string> People)
{
    /// <summary>Of a source that has no names.</summary>
    public static readonly DifyContext Nameless = new(DifyNames.None, new Dictionary<DifyCreator, string>());

    /// <summary>What every step of an app bears.</summary>
    public StepFields AddApp(StepFields step, Guid appId, Guid? tenantId)
    {
        var app = Names.Apps.GetValueOrDefault(appId);
        var tenant = tenantId ?? app?.TenantId;
        return step.Attribute(DifyAttributes.AppId, appId)
            .Attribute(DifyAttributes.AppName, app?.Name)
            .Attribute(DifyAttributes.Service, app?.Name)
            .Attribute(DifyAttributes.TenantId, tenant)
            .Attribute(DifyAttributes.Workspace, tenant is { } id ? Names.Tenants.GetValueOrDefault(id) : null)
            .Attribute(DifyAttributes.Framework, "dify");
    }

    public string? AppName(Guid appId) => Names.Apps.GetValueOrDefault(appId)?.Name;

    /// <summary>The user as the caller named them, an account by its name. An id is better than nothing, and worse than what another source knows.</summary>
    public void AddPerson(StepFields step, DifyCreator creator)
    {
        if (People.TryGetValue(creator, out var name))
        {
            step.Attribute(DifyAttributes.User, name);
        }
        else
        {
            step.GuessedAttribute(DifyAttributes.User, creator.Id.ToString());
        }
    }
}
