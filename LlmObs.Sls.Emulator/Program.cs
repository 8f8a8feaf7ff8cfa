using LlmObs.Sls.Emulator;
using LlmObs.Sls.Emulator.Http;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddSlsEmulator();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapSls();
app.Run();
