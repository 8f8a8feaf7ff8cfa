using LlmObs.LocalHost;

namespace LlmObs.Tests.LocalHost;

public sealed class CommandLineTests
{
    private static readonly string[] PortOptions = ["--port-web", "--port-ingest"];

    [Fact]
    public void Takes_values_after_a_space_or_an_equals_sign()
    {
        var asked = CommandLine.Parse(["--demo", "--data-dir", "/data/llmobs", "--port-web=6080", "--port-ingest", "6318"], PortOptions);
        Assert.Equal("/data/llmobs", asked.DataDirectory);
        Assert.Equal(6080, asked.Ports["--port-web"]);
        Assert.Equal(6318, asked.Ports["--port-ingest"]);
        Assert.False(asked.Help);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Asks_for_help(string option) => Assert.True(CommandLine.Parse([option], PortOptions).Help);

    [Theory]
    [InlineData("'--prot-web'", "--prot-web", "5080")]
    [InlineData("--port-web needs a value", "--port-web")]
    [InlineData("--port-web needs a value", "--port-web", "--demo")]
    [InlineData("not 'eighty'", "--port-web", "eighty")]
    [InlineData("1 to 65535, not '70000'", "--port-web", "70000")]
    [InlineData("1 to 65535, not '0'", "--port-web=0")]
    [InlineData("UseAspire=true", "--operation", "publish")]
    public void Says_what_is_wrong_with_an_option(string message, params string[] args)
    {
        var refusal = Assert.Throws<LocalHostException>(() => CommandLine.Parse(args, PortOptions));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_known_options_when_one_is_unknown()
    {
        var refusal = Assert.Throws<LocalHostException>(() => CommandLine.Parse(["--verbose"], PortOptions));
        Assert.Contains("--demo, --data-dir, --port-web, --port-ingest, --help", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_every_port_with_its_default_in_the_help()
    {
        var usage = CommandLine.Usage([new Endpoint("http", 5080, "web"), new Endpoint("otlp-grpc", 4317, "otlp-grpc")]);
        Assert.Matches(@"--port-web PORT +default 5080", usage);
        Assert.Matches(@"--port-otlp-grpc PORT +default 4317", usage);
    }
}
