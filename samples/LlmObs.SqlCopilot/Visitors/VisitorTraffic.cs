using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Shop;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Visitors;

/// <summary>Keeps the demo alive: lets the visitors ask at a steady rate, a few at once at most.</summary>
internal sealed partial class VisitorTraffic(
    IServiceProvider services,
    ShopDatabase shop,
    FeedbackSender feedback,
    IHostApplicationLifetime lifetime,
    IOptions<VisitorsOptions> options,
    IOptions<ModelOptions> model,
    TimeProvider time,
    ILogger<VisitorTraffic> logger
) : BackgroundService
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

        // Stops asking before the server, and with it the scripted model, stops answering.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await AskOnAsync(perMinute, stop.Token);
    }

    private async Task AskOnAsync(double perMinute, CancellationToken stopping)
    {
        var copilot = services.GetRequiredService<Copilot>();
        var dice = new Random();
        var visitors = Visitor.Everyone(dice.Next());
        using var seats = new SemaphoreSlim(AtOnce);
        try
        {
            for (var asked = 0; ; asked++)
            {
                await seats.WaitAsync(stopping);
                _ = AskAsync(copilot, visitors[asked % visitors.Count].Next(), seats, stopping);
                if (asked >= FirstBurst)
                {
                    await Task.Delay(TimeSpan.FromMinutes(1 / perMinute) * (0.5 + dice.NextDouble()), time, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The last questions end as cancelled: their traces are complete before the exporter is flushed.
            for (var seat = 0; seat < AtOnce; seat++)
            {
                await seats.WaitAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            }
        }
    }

    private async Task AskAsync(Copilot copilot, Question question, SemaphoreSlim seats, CancellationToken stopping)
    {
        try
        {
            var answer = await copilot.AskAsync(question, default, stopping);
            await feedback.SendAsync(answer.TraceId, Reaction.To(question.Text, answer, attempts: 1, Random.Shared), stopping);
            Log.Asked(logger, question.UserId, question.Text, answer.Error ?? "answered", answer.TraceId);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Log.LeftUnanswered(logger, question.UserId, question.Text);
        }
        finally
        {
            seats.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{User} asked {Question}: {Outcome}, trace {TraceId}.")]
        public static partial void Asked(ILogger logger, string user, string question, string outcome, string? traceId);

        [LoggerMessage(LogLevel.Debug, "{User} asked {Question}; the stop came before the answer.")]
        public static partial void LeftUnanswered(ILogger logger, string user, string question);
    }
}
