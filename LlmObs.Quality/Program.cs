using LlmObs.Quality.Facts;
using LlmObs.Storage;
using LlmObs.TraceLog;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLlmObsDatabase();
builder.AddLlmObsStorage(ownsSchema: false);
builder.AddTraceLog();
builder.AddQualityFacts();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
