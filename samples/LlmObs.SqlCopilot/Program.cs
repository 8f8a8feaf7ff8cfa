using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Scripted;
using LlmObs.SqlCopilot.Web;

// Health endpoints come from the service defaults, their telemetry does not: see CopilotTelemetry.
var builder = WebApplication.CreateBuilder(args);
builder
    .Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
    .AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
    .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
builder.Services.AddCopilot();

var app = builder.Build();
app.MapDefaultEndpoints();
ScriptedModelEndpoint.Map(app);
AskEndpoints.Map(app);
app.Run();
