using LlmObs.IntegrationTests.Sls.Emulator;
using LlmObs.Sls;

namespace LlmObs.IntegrationTests.Sls;

/// <summary>
/// What the conformance suite runs against: the emulator with each signature and form, and a real project when the environment variable
/// LLMOBS_SLS_CONNECTION names one (<c>Endpoint=…;Project=…;AccessKeyId=…;AccessKeySecret=…</c>). It works in a logstore of its own and deletes it.
/// </summary>
public sealed class SlsTarget : IAsyncDisposable
{
    private const string Variable = "LLMOBS_SLS_CONNECTION";
    private readonly HttpClient http;
    private readonly TestSls? emulator;

    private SlsTarget(SlsOptions options, TestSls? emulator)
    {
        this.emulator = emulator;
        http = SlsClient.CreateHttp();
        Client = new SlsClient(options, http);
        Logstore = $"conformance-{Guid.NewGuid():N}";
    }

    public static TheoryData<string> All()
    {
        TheoryData<string> targets = ["V1", "V1-SHA256", "V4", "V4 by GET", "V4 zstd", "V4 deflate", "V4 STS"];
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            targets.Add(Variable);
        }
        return targets;
    }

    public SlsClient Client { get; }

    public string Logstore { get; }

    public static async Task<SlsTarget> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (name == Variable)
        {
            return await new SlsTarget(SlsOptions.Parse(Environment.GetEnvironmentVariable(Variable)!), null).CreateAsync(cancellationToken);
        }
        var emulator = await TestSls.StartAsync();
        var words = name.Split(' ');
        var options = SlsOptions.Parse(
            $"Endpoint={emulator.Address};Project=conformance;AccessKeyId=local;AccessKeySecret=local;Signature={words[0]}"
        ) with
        {
            QueriesByGet = words.Contains("GET"),
            SecurityToken = words.Contains("STS") ? "token" : null,
            Compression =
                words.Contains("zstd") ? SlsCompression.Zstd
                : words.Contains("deflate") ? SlsCompression.Deflate
                : SlsCompression.Lz4,
        };
        var target = new SlsTarget(options, emulator);
        await target.Client.CreateProjectIfMissingAsync("", cancellationToken);
        return await target.CreateAsync(cancellationToken);
    }

    /// <summary>Writes, as soon as the logstore takes it, and waits until a search finds it all: the cloud takes a minute, the emulator no time.</summary>
    public async Task PutAsync(SlsLogGroup group, SlsQuery query, int expected, CancellationToken cancellationToken)
    {
        await EventuallyAsync(
            async () =>
            {
                await Client.PutAllLogsAsync(Logstore, group, null, cancellationToken);
                return true;
            },
            cancellationToken
        );
        await EventuallyAsync(async () => (await Client.GetHistogramsAsync(Logstore, query, cancellationToken)).Count == expected, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.Admin.DeleteLogstoreAsync(Logstore, CancellationToken.None);
        http.Dispose();
        if (emulator is not null)
        {
            await emulator.DisposeAsync();
        }
    }

    private async Task<SlsTarget> CreateAsync(CancellationToken cancellationToken)
    {
        await Client.Admin.CreateLogstoreAsync(new SlsLogstore(Logstore, 1, 1), cancellationToken);
        return this;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        var deadline = TimeProvider.System.GetUtcNow().AddMinutes(3);
        while (true)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (SlsException notYet)
                when (notYet.Code is "LogStoreNotExist" or "IndexConfigNotExist" && TimeProvider.System.GetUtcNow() < deadline)
            {
                // A new logstore is not known everywhere at once.
            }
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "It did not come true within 3 minutes.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }
}
