namespace LlmObs.Ingest.Mapping.Dialects.Application;

/// <summary>What applications and general instrumentation say of themselves, whatever GenAI library they use.</summary>
internal static class ApplicationKeys
{
    public static readonly Source[] Request = ["llmobs.request.id", "request.id", "request_id", "app.request_id", "http.request.header.x-request-id"];
    public static readonly Source[] Session = ["thread.id"];
    public static readonly Source[] Service = ["service.name"];
    public static readonly Source[] Host = ["host.name"];
    public static readonly Source[] Environment = ["deployment.environment.name", "deployment.environment"];
    public static readonly Source[] Release = ["service.version"];

    public static readonly Source[] RequestedModel = ["model"];
    public static readonly Source[] Input = ["input"];
    public static readonly Source[] Prompt = ["prompt"];
    public static readonly Source[] Output = ["output"];

    public static readonly Source[] Statement = ["db.query.text", "db.statement"];
    public static readonly Source[] Database = ["db.system.name", DatabaseSystem, .. Statement, "db.operation.name"];
    public const string DatabaseSystem = "db.system";
    public static readonly Source[] VectorSearch = ["db.vector.query.top_k"];
    public static readonly Source[] Http = ["http.request.method", "http.method", "url.full", "http.url"];
    public static readonly Source[] HttpStatus = ["http.response.status_code", "http.status_code"];

    /// <summary>"tools/call" among others.</summary>
    public const string McpMethod = "mcp.method.name";
}
