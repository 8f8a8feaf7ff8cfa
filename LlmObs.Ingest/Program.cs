using LlmObs.Api;
using LlmObs.Ingest.Dify;
using LlmObs.Ingest.Langfuse;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Reconciling;
using LlmObs.Ingest.Shipping;
using LlmObs.Storage;
using LlmObs.TraceLog;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLlmObsDatabase();
builder.AddLlmObsStorage(ownsSchema: true);
builder.AddTraceLog();
builder.AddOtlpIngest();
builder.AddLangfuseIngest();
builder.AddDifyIngest();
builder.AddShipping();
builder.AddReconciling();
builder.AddLlmObsApi();

var app = builder.Build();
app.MapDifyIngest();
app.MapLangfuseIngest();
app.MapOtlpIngest();
app.MapLlmObsApi();
app.MapDefaultEndpoints();
app.Run();
