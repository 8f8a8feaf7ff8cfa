using LlmObs.Api;
using LlmObs.Storage;
using LlmObs.TraceLog;
using LlmObs.Web.Access;
using LlmObs.Web.Rendering;
using LlmObs.Web.Shell;

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseStaticWebAssets();
builder.AddServiceDefaults();
builder.AddLlmObsDatabase();
builder.AddLlmObsStorage(ownsSchema: false);
builder.AddTraceLog();
builder.AddSignIn();
builder.AddShell();
builder.Services.AddSingleton<ContentRenderer>();

var app = builder.Build();
app.UseErrorPages();
app.UseSecurityHeaders();
app.UseRequestLocalization();
app.UseAuthentication();
app.UseAuthorization();
app.MapStaticAssets().AllowAnonymous();
app.MapRazorPages().WithStaticAssets();
app.MapLlmObsApi();
app.MapDefaultEndpoints();
app.Run();
