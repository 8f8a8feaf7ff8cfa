using LlmObs.Api;
using LlmObs.Ingest.Otlp;
using LlmObs.Storage;
using LlmObs.TraceLog;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLlmObsDatabase();
builder.AddLlmObsStorage(ownsSchema: true);
builder.AddTraceLog();
builder.AddOtlpIngest();

var app = builder.Build();
app.MapOtlpIngest();
app.MapLlmObsApi();
app.MapDefaultEndpoints();
app.Run();
