using System.Security.Cryptography;
using LlmObs.Storage.Access;
using LlmObs.Storage.Schema;
using LlmObs.Web.Shell;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace LlmObs.Web.Access;

/// <summary>Offers the first login link: the configured token, or one of our own, whose link is then logged once.</summary>
public sealed partial class FirstLoginLink(
    LoginLinks links,
    SchemaState schema,
    IOptions<WebOptions> options,
    IServer server,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<FirstLoginLink> logger
) : BackgroundService
{
    // A database that starts together with us needs a moment; longer than this an operator wants to know.
    private static readonly TimeSpan Noteworthy = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var configured = options.Value.LoginToken;
        var token = configured ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await schema.WaitAsync(stoppingToken);
        await OfferAsync(token, stoppingToken);
        if (configured is null)
        {
            await StartedAsync(stoppingToken);
            Log.OpenThis(logger, $"{Address()}/login?token={token}");
        }
    }

    // The database may go away again.
    private async Task OfferAsync(string token, CancellationToken cancellationToken)
    {
        for (var wait = TimeSpan.FromSeconds(1); ; wait = TimeSpan.FromSeconds(Math.Min(30, wait.TotalSeconds * 2)))
        {
            try
            {
                await links.OfferAsync(token, options.Value.LoginLinkLifetime, cancellationToken);
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.NotYet(logger, wait < Noteworthy ? LogLevel.Debug : LogLevel.Warning, wait.TotalSeconds, exception.Message);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private string Address()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        return address
            .Replace("[::]", "localhost", StringComparison.Ordinal)
            .Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
            .Replace("//+", "//localhost", StringComparison.Ordinal)
            .TrimEnd('/');
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Log in, once, with {Link}")]
        public static partial void OpenThis(ILogger logger, string link);

        [LoggerMessage("The login link cannot be offered yet; next attempt in {Seconds} s: {Reason}")]
        public static partial void NotYet(ILogger logger, LogLevel level, double seconds, string reason);
    }
}
