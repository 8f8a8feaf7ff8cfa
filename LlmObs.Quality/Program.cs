using LlmObs.Quality.Demo;
using LlmObs.Quality.DingTalk;
using LlmObs.Quality.Evaluation;
using LlmObs.Quality.Facts;
using LlmObs.Storage;
using LlmObs.TraceLog;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddLlmObsDatabase();
builder.AddLlmObsStorage(ownsSchema: false);
builder.AddTraceLog();
builder.AddDingTalkTables();
builder.AddEvaluation();
builder.AddQualityFacts();
builder.AddDemo();

var app = builder.Build();
app.MapDefaultEndpoints();
app.Run();
