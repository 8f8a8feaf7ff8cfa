namespace LlmObs.Web.Search;

/// <summary>A piece to paste.</summary>
public sealed record Snippet(string Language, string Text);

/// <summary>One way to send the first trace: what to set, in order.</summary>
/// <param name="Steps">Each with the English title that is the key of its translation.</param>
public sealed record FirstStepsGuide(string Id, string Name, IReadOnlyList<(string Title, Snippet Snippet)> Steps);

/// <summary>A key as snippets name it: for most its secret, for Langfuse's clients both halves.</summary>
public sealed record SnippetKey(string Secret, string PublicKey)
{
    /// <summary>Where the reader has to put one.</summary>
    public static readonly SnippetKey StandIn = new("YOUR_API_KEY", "pk-lf-any");
}

/// <summary>How to send the first trace to this very installation.</summary>
public static class FirstSteps
{
    /// <param name="http">Ingest over HTTP, without a slash at the end.</param>
    /// <param name="pair">The key, or a stand-in where one is needed; null when senders need none.</param>
    public static IReadOnlyList<FirstStepsGuide> Guides(string http, SnippetKey? pair)
    {
        var key = pair?.Secret;
        var header = key is null ? "" : $"\nexport OTEL_EXPORTER_OTLP_HEADERS=\"Authorization=Bearer {key}\"";
        return
        [
            new(
                "otlp",
                "OTLP",
                [
                    (
                        "Set the exporter",
                        new(
                            "bash",
                            $"export OTEL_EXPORTER_OTLP_ENDPOINT={http}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nexport OTEL_SERVICE_NAME=my-app{header}"
                        )
                    ),
                    ("Let the model calls carry their messages", new("bash", "export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true")),
                ]
            ),
            new(
                "dotnet",
                ".NET",
                [
                    (
                        "Add the packages",
                        new(
                            "bash",
                            "dotnet add package OpenTelemetry.Extensions.Hosting\ndotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol\ndotnet add package Microsoft.Extensions.AI"
                        )
                    ),
                    ("Instrument the chat client", new("csharp", DotNet(http, key))),
                ]
            ),
            new(
                "python",
                "Python",
                [
                    (
                        "Add the packages",
                        new(
                            "bash",
                            "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http \\\n    opentelemetry-instrumentation-openai-v2"
                        )
                    ),
                    (
                        "Run the program under the instrumentation",
                        new(
                            "bash",
                            $"export OTEL_EXPORTER_OTLP_ENDPOINT={http}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nexport OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true{header}\nopentelemetry-instrument --service_name my-app python app.py"
                        )
                    ),
                ]
            ),
            new(
                "javascript",
                "JavaScript",
                [
                    (
                        "Add the packages",
                        new(
                            "bash",
                            "npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto \\\n    @opentelemetry/instrumentation-openai"
                        )
                    ),
                    ("Start tracing before anything else is loaded", new("javascript", JavaScript(http, key))),
                ]
            ),
            new(
                "langfuse",
                "Langfuse SDK",
                [
                    (
                        "Point the SDK at this installation",
                        new(
                            "bash",
                            $"export LANGFUSE_HOST={http}\nexport LANGFUSE_BASE_URL={http}\nexport LANGFUSE_PUBLIC_KEY={pair?.PublicKey ?? "pk-lf-local"}\nexport LANGFUSE_SECRET_KEY={key ?? "$(cat .llmobs/api-key)"}"
                        )
                    ),
                ]
            ),
            new(
                "dify",
                "Dify",
                [
                    (
                        "In Dify, under Monitoring, Tracing, choose Phoenix and enter",
                        new("text", $"API Key   {key ?? "what the file .llmobs/api-key holds"}\nProject   my-app\nEndpoint  {http}")
                    ),
                    (
                        "Or switch on its own OpenTelemetry export in .env; it sends a tenth unless told otherwise",
                        new(
                            "bash",
                            $"ENABLE_OTEL=true\nOTLP_BASE_ENDPOINT={http}\nOTEL_SAMPLING_RATE=1{(key is null ? "" : $"\nOTLP_API_KEY={key}")}"
                        )
                    ),
                ]
            ),
        ];
    }

    /// <summary>What to paste for a key that was just made: how to send with it, or, when it may only read, how to read.</summary>
    public static IReadOnlyList<Snippet> ForNewKey(string http, SnippetKey key, bool maySend)
    {
        if (!maySend)
        {
            return [new("bash", $"curl -H 'Authorization: Bearer {key.Secret}' {http}/api/v1/traces")];
        }

        var guides = Guides(http, key);
        return [guides.First(guide => guide.Id == "otlp").Steps[0].Snippet, guides.First(guide => guide.Id == "langfuse").Steps[0].Snippet];
    }

    private static string DotNet(string http, string? key) =>
        $$"""
            builder.Services.AddOpenTelemetry()
                .WithTracing(tracing => tracing
                    .AddSource("MyApp")
                    .AddOtlpExporter(otlp =>
                    {
                        otlp.Endpoint = new Uri("{{http}}/v1/traces");
                        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;{{(
                key is null ? "" : $"\n            otlp.Headers = \"Authorization=Bearer {key}\";"
            )}}
                    }));

            builder.Services.AddChatClient(client)
                .UseOpenTelemetry(sourceName: "MyApp", configure: chat => chat.EnableSensitiveData = true);
            """;

    private static string JavaScript(string http, string? key) =>
        $$"""
            import { NodeSDK } from "@opentelemetry/sdk-node";
            import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
            import { OpenAIInstrumentation } from "@opentelemetry/instrumentation-openai";

            new NodeSDK({
              serviceName: "my-app",
              traceExporter: new OTLPTraceExporter({ url: "{{http}}/v1/traces"{{(
                key is null ? "" : $", headers: {{ Authorization: \"Bearer {key}\" }}"
            )}} }),
              instrumentations: [new OpenAIInstrumentation({ captureMessageContent: true })],
            }).start();
            """;
}
