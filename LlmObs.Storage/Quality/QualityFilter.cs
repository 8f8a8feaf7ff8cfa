using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Quality;

/// <summary>
/// Which requests; null members match everything, an empty service, release, environment or user those that do not say it. A request matches a model,
/// prompt or tag when it has it, among others.
/// </summary>
public sealed record QualityFilter(int ProjectId, DateTimeOffset From, DateTimeOffset To)
{
    public string? Service { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }
    public string? User { get; init; }
    public string? Model { get; init; }

    /// <summary><c>name</c> or <c>name@version</c>.</summary>
    public string? Prompt { get; init; }

    public string? Tag { get; init; }

    /// <summary>The conditions on <c>quality_facts AS f</c>; <see cref="Parameters"/> has their values.</summary>
    internal const string Sql = """
        f.project_id = @projectId AND f.started_at >= @from AND f.started_at < @to
          AND (@service::text IS NULL OR f.service = @service OR (@service = '' AND f.service IS NULL))
          AND (@release::text IS NULL OR f.release = @release OR (@release = '' AND f.release IS NULL))
          AND (@environment::text IS NULL OR f.environment = @environment OR (@environment = '' AND f.environment IS NULL))
          AND (@user::text IS NULL OR f.user_id = @user OR (@user = '' AND f.user_id IS NULL))
          AND (@model::text IS NULL OR @model = ANY (f.models))
          AND (@prompt::text IS NULL OR @prompt = ANY (f.prompts))
          AND (@tag::text IS NULL OR @tag = ANY (f.tags))
        """;

    internal Dapper.DynamicParameters Parameters(object? more = null)
    {
        var parameters = new Dapper.DynamicParameters(
            new
            {
                projectId = ProjectId,
                from = From.UtcDateTime,
                to = To.UtcDateTime,
                service = StorableText.Clean(Service),
                release = StorableText.Clean(Release),
                environment = StorableText.Clean(Environment),
                user = StorableText.Clean(User),
                model = StorableText.Clean(Model),
                prompt = StorableText.Clean(Prompt),
                tag = StorableText.Clean(Tag),
            }
        );
        parameters.AddDynamicParams(more);
        return parameters;
    }
}

/// <summary>What requests are put into groups by.</summary>
public enum QualityGroup
{
    Service,
    Release,
    Environment,
    User,
    Model,
    Prompt,
    Tag,
}
