using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Shop;
using LlmObs.SqlCopilot.Telemetry;
using Microsoft.Extensions.Options;

namespace LlmObs.SqlCopilot.Visitors;

/// <summary>
/// Plays a week of visits in minutes: many conversations at once, told as if they had been spread over the last seven days.
/// In the first half the first release answers, then the current one. Everything is really asked, answered and executed.
/// </summary>
internal sealed partial class PastWeek(
    IServiceProvider services,
    ShopDatabase shop,
    FeedbackSender feedback,
    IHostApplicationLifetime lifetime,
    IOptions<CopilotOptions> copilot,
    IOptions<VisitorsOptions> options,
    IOptions<ModelOptions> model,
    TimeProvider time,
    ILogger<PastWeek> logger
) : BackgroundService
{
    private const int AtOnce = 10;
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var questions = options.Value.PastQuestions ?? (model.Value.IsScripted && options.Value.QuestionsPerMinute is null ? 600 : 0);
        if (questions == 0)
        {
            return;
        }

        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await shop.Reader.WaitAsync(stoppingToken);
        if (await shop.WasPlayedAsync(stoppingToken))
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await PlayAsync(questions, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was asked stays; the next start goes on with the living visitors.
        }
    }

    private async Task PlayAsync(int questions, CancellationToken stopping)
    {
        using var first = CopilotServices.Build(services, Release.First);
        using var current = CopilotServices.Build(services, Release.Current(copilot.Value));
        var dice = new Random(7);
        var (left, end) = (questions, time.GetUtcNow());
        var sessions = Sessions(dice, end);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, AtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping },
            async (_, token) =>
            {
                while (Volatile.Read(ref left) > 0)
                {
                    Session session;
                    lock (sessions)
                    {
                        sessions.MoveNext();
                        session = sessions.Current;
                    }

                    var answering = session.StartsAt < end - Week / 2 ? first : current;
                    Interlocked.Add(ref left, -await VisitAsync(answering, session, end, token));
                }
            }
        );
        Log.Played(logger, questions);
    }

    /// <summary>Conversations at random moments, most of them in working hours.</summary>
    private static IEnumerator<Session> Sessions(Random dice, DateTimeOffset end)
    {
        while (true)
        {
            var at = end - Week * dice.NextDouble();
            if (at.Hour is >= 1 and < 11 || dice.Next(100) < 15)
            {
                var visitors = Visitor.Everyone(dice.Next());
                yield return new(at, visitors[dice.Next(visitors.Count)], new Random(dice.Next()));
            }
        }
    }

    /// <summary>One conversation; returns how many questions were asked.</summary>
    private async Task<int> VisitAsync(Copilot answering, Session session, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var (clock, asked, attempts) = (session.StartsAt, 0, 1);
        var question = session.Visitor.Next();
        while (clock < end - TimeSpan.FromMinutes(1))
        {
            var began = time.GetUtcNow();
            TimeShift.Current = clock - began;
            var answer = await answering.AskAsync(question, default, cancellationToken);
            var reaction = Reaction.To(question.Text, answer, attempts, session.Dice);
            await feedback.SendAsync(answer.TraceId, reaction, cancellationToken);
            asked++;
            clock += time.GetUtcNow() - began + TimeSpan.FromSeconds(session.Dice.Next(10, 70));
            attempts = reaction.Next is null ? 1 : attempts + 1;
            if (reaction.Leaves || (reaction.Next is null && !session.Visitor.IsInConversation))
            {
                break;
            }

            question = reaction.Next is { } again ? question with { Text = again } : session.Visitor.Next();
        }

        return asked;
    }

    private sealed record Session(DateTimeOffset StartsAt, Visitor Visitor, Random Dice);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The past week was played: {Questions} questions, of both releases.")]
        public static partial void Played(ILogger logger, int questions);
    }
}
