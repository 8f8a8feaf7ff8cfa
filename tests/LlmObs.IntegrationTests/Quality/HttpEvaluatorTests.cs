using System.Text.Json.Nodes;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Scores;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmObs.IntegrationTests.Quality;

public sealed class HttpEvaluatorTests(QualityStack stack) : IClassFixture<QualityStack>, IAsyncLifetime
{
    private readonly WebApplication program = Program();
    private ServiceProvider services = null!;
    private JsonNode? received;

    private string Address => program.Urls.First();

    public async ValueTask InitializeAsync()
    {
        program.MapPost(
            "/good",
            async (HttpRequest request) =>
            {
                received = await JsonNode.ParseAsync(request.Body);
                return Results.Text(
                    """{"scores":[{"name":"tone","value":0.8,"comment":"polite"},{"name":"on_brand","value":true},{"name":"topic","label":"退款"}]}""",
                    "application/json"
                );
            }
        );
        program.MapPost("/nothing", () => Results.NoContent());
        program.MapPost("/moved", () => Results.Redirect("/good", preserveMethod: true));
        program.MapPost("/large", () => Results.Text(new string(' ', 70_000) + """{"scores":[]}"""));
        program.MapPost("/nameless", () => Results.Text("""{"scores":[{"value":1}]}"""));
        program.MapPost("/text", () => Results.Text("well done"));
        program.MapPost("/down", () => Results.StatusCode(503));
        await program.StartAsync(TestContext.Current.CancellationToken);
        services = stack.Build(
            new Dictionary<string, string?>
            {
                ["Quality:Http:AllowedHosts:0"] = new Uri(Address).Authority,
                ["Quality:Http:AllowPrivateAddresses"] = "true",
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await program.DisposeAsync();
    }

    [Fact]
    public async Task Scores_come_back_for_the_span_that_was_sent()
    {
        var (project, job) = await RunAsync("/good");

        Assert.Equal((JobState.Done, 1L), (job.State, job.Judged));
        var scores = (await stack.ScoresAsync(project)).ToDictionary(score => score.Name);
        Assert.Equal((ScoreType.Numeric, 0.8, "polite"), (scores["tone"].Type, scores["tone"].Value, scores["tone"].Comment));
        Assert.Equal((ScoreType.Boolean, 1.0), (scores["on_brand"].Type, scores["on_brand"].Value));
        Assert.Equal((ScoreType.Categorical, "退款"), (scores["topic"].Type, scores["topic"].Label));
        Assert.Equal(
            ("own", "哪家店最好？", "上海店"),
            ((string?)received!["evaluator"], (string?)received["question"], (string?)received["answer"])
        );
    }

    [Fact]
    public async Task Nothing_to_say_is_no_failure()
    {
        var (_, job) = await RunAsync("/nothing");

        Assert.Equal((JobState.Done, 1L, 0L), (job.State, job.Skipped, job.Failed));
    }

    [Theory]
    [InlineData("/moved", "The evaluator answered 307.")]
    [InlineData("/missing", "The evaluator answered 404.")]
    [InlineData("/large", "The evaluator's answer has more than 65536 bytes.")]
    [InlineData("/nameless", "scores[0].name is empty.")]
    [InlineData("/text", "The evaluator's answer is no JSON as documented")]
    public async Task A_bad_answer_fails_the_span_and_says_why(string path, string reason)
    {
        var (project, job) = await RunAsync(path);

        Assert.Equal((JobState.Done, 1L), (job.State, job.Failed));
        Assert.StartsWith(reason, job.LastError, StringComparison.Ordinal);
        Assert.Empty(await stack.ScoresAsync(project));
    }

    [Fact]
    public async Task A_program_that_is_down_is_tried_again()
    {
        var (_, job) = await RunAsync("/down");

        Assert.Equal((JobState.Failed, 2), (job.State, job.Attempts));
        Assert.Equal("The evaluator answered 503.", job.LastError);
    }

    [Fact]
    public async Task A_host_nobody_allowed_is_not_called()
    {
        var (_, job) = await RunAsync("/good", host: "http://localhost:9");

        Assert.Equal(JobState.Open, job.State);
        Assert.Contains("localhost:9 is no host of Quality:Http:AllowedHosts", job.LastError, StringComparison.Ordinal);
        Assert.Null(received);
        await stack.Jobs.CancelAsync(job.ProjectId, job.Id, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_private_address_needs_a_word_of_its_own()
    {
        await services.DisposeAsync();
        services = stack.Build(new Dictionary<string, string?> { ["Quality:Http:AllowedHosts:0"] = new Uri(Address).Authority });

        var (_, job) = await RunAsync("/good");

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("is at the private address 127.0.0.1", job.LastError, StringComparison.Ordinal);
        Assert.Null(received);
    }

    private async Task<(Project Project, QualityJob Job)> RunAsync(string path, string? host = null)
    {
        var project = await stack.Database.NewProjectAsync();
        await stack.RecordAsync(
            project,
            Spans.Chat() with
            {
                Content = new() { Input = "哪家店最好？", Output = "上海店" },
            }
        );
        var evaluator = await stack.SaveAsync(project, "own", new() { Kind = EvaluatorKind.Http, Http = new((host ?? Address) + path) });
        return (project, await stack.RunOverHistoryAsync(evaluator, services));
    }

    private static WebApplication Program()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }
}
