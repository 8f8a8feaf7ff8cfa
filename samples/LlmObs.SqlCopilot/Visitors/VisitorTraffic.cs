using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Shop;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Visitors;

/// <summary>Keeps the demo alive: lets the visitors ask at a steady rate, a few at once at most.</summary>
internal sealed partial class VisitorTraffic(
    IServiceProvider services, ShopDatabase shop, IHostApplicationLifetime lifetime, IOptions<VisitorsOptions> options, IOptions<ModelOptions> model,
    TimeProvider time, ILogger<VisitorTraffic> logger) : BackgroundService
{
    private const int AtOnce = 4;
    private const int FirstBurst = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var perMinute = options.Value.QuestionsPerMinute ?? (model.Value.IsScripted ? 15 : 0);
        if (perMinute == 0)
        {
            return;
        }

        // The scripted model is served by this process: the copilot can be made only when the address is known.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await shop.Reader.WaitAsync(stoppingToken);

        var copilot = services.GetRequiredService<Copilot>();
        var dice = new Random();
        var visitors = Visitor.Everyone(dice.Next());
        using var seats = new SemaphoreSlim(AtOnce);
        for (var asked = 0; !stoppingToken.IsCancellationRequested; asked++)
        {
            await seats.WaitAsync(stoppingToken);
            _ = AskAsync(copilot, visitors[asked % visitors.Count].Next(), seats, stoppingToken);
            if (asked >= FirstBurst)
            {
                await Task.Delay(TimeSpan.FromMinutes(1 / perMinute) * (0.5 + dice.NextDouble()), time, stoppingToken);
            }
        }
    }

    private async Task AskAsync(Copilot copilot, Question question, SemaphoreSlim seats, CancellationToken stoppingToken)
    {
        try
        {
            var answer = await copilot.AskAsync(question, default, stoppingToken);
            Log.Asked(logger, question.UserId, question.Text, answer.Error ?? "answered", answer.TraceId);
            seats.Release();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Stopping.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{User} asked {Question}: {Outcome}, trace {TraceId}.")]
        public static partial void Asked(ILogger logger, string user, string question, string outcome, string? traceId);
    }
}
