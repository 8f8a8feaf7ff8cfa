using System.Globalization;
using System.Reflection;
using System.Text;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Mapping.Content;
using LlmObs.Ingest.Mapping.Dialects.Application;
using LlmObs.Ingest.Mapping.Dialects.Arms;
using LlmObs.Ingest.Mapping.Dialects.Dify;
using LlmObs.Ingest.Mapping.Dialects.Genkit;
using LlmObs.Ingest.Mapping.Dialects.GoogleAdk;
using LlmObs.Ingest.Mapping.Dialects.Laminar;
using LlmObs.Ingest.Mapping.Dialects.Langfuse;
using LlmObs.Ingest.Mapping.Dialects.LangSmith;
using LlmObs.Ingest.Mapping.Dialects.Mastra;
using LlmObs.Ingest.Mapping.Dialects.Mlflow;
using LlmObs.Ingest.Mapping.Dialects.OpenInference;
using LlmObs.Ingest.Mapping.Dialects.OpenTelemetry;
using LlmObs.Ingest.Mapping.Dialects.Pydantic;
using LlmObs.Ingest.Mapping.Dialects.Traceloop;
using LlmObs.Ingest.Mapping.Dialects.VercelAi;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Tests.Documents;

/// <summary>
/// docs/dialects.md: what each dialect says, and how far it is trusted. It is written from the tables themselves by
/// <c>LLMOBS_WRITE_DOCUMENTS=1</c>, and read in review.
/// </summary>
public sealed class DialectDocumentTests
{
    private static readonly (string Name, Type Keys)[] Dialects =
    [
        ("Langfuse", typeof(LangfuseKeys)),
        ("Alibaba ARMS, LoongSuite", typeof(ArmsKeys)),
        ("LangSmith's OTel bridge", typeof(LangSmithKeys)),
        ("OpenTelemetry GenAI", typeof(OpenTelemetryKeys)),
        ("Traceloop, OpenLLMetry", typeof(TraceloopKeys)),
        ("OpenInference", typeof(OpenInferenceKeys)),
        ("Vercel AI SDK", typeof(VercelAiKeys)),
        ("Genkit", typeof(GenkitKeys)),
        ("MLflow", typeof(MlflowKeys)),
        ("Laminar", typeof(LaminarKeys)),
        ("Mastra", typeof(MastraKeys)),
        ("Pydantic AI, Logfire", typeof(PydanticKeys)),
        ("Google ADK", typeof(GoogleAdkKeys)),
        ("Dify", typeof(DifyKeys)),
        ("Any application", typeof(ApplicationKeys)),
    ];

    private static readonly Dictionary<string, string> DialectByKey = Dialects
        .SelectMany(dialect => KeysOf(dialect.Keys).Distinct().Select(key => (Key: key, dialect.Name)))
        .ToDictionary(row => row.Key, row => row.Name);

    private static readonly Dictionary<Type, string> Areas = new()
    {
        [typeof(UsageTables)] = "usage: ",
        [typeof(FirstToken)] = "first token: ",
        [typeof(LangfuseUsage)] = "usage: ",
        [typeof(ContentTables)] = "content: ",
        [typeof(Parameters)] = "parameters: ",
        [typeof(KindRules)] = "kind, by what is there: ",
        [typeof(ToolReader)] = "tool: ",
        [typeof(DocumentReader)] = "retrieval: ",
        [typeof(SpanOutcome)] = "outcome: ",
    };

    [Fact]
    public async Task The_document_of_dialects_is_what_the_tables_say()
    {
        var path = Path.Combine(Repository.Root, "docs/dialects.md");
        var written = Write();
        if (Environment.GetEnvironmentVariable("LLMOBS_WRITE_DOCUMENTS") == "1")
        {
            await File.WriteAllTextAsync(path, written, TestContext.Current.CancellationToken);
        }

        Assert.Equal(written, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_dialect_has_a_folder_with_its_keys() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Repository.Root, "LlmObs.Ingest/Mapping/Dialects")).Select(Path.GetFileName).Order(),
            Dialects.Select(dialect => dialect.Keys.Name[..^"Keys".Length]).Order()
        );

    // Messages are read by form, and not from a table.
    [Fact]
    public void Every_key_a_dialect_declares_is_in_a_table() =>
        Assert.Empty(
            DialectByKey.Keys.Except(Tables().SelectMany(table => table.Keys)).Except(PydanticKeys.Messages.Select(source => source.ToString()))
        );

    private static string Write()
    {
        var text = new StringBuilder(
            """
            # Dialects

            What each dialect can say, and how far it is trusted. Its keys stand in its folder under `LlmObs.Ingest/Mapping/Dialects`; for each field
            there is one order of trust across all dialects, since one span often speaks several ([decision 42](adr/0042-keys-by-dialect.md)). The
            number before a key is its place in that order: 1 is asked first. `a → b` is the member `b` of the JSON in `a`. A test writes this page
            from the tables (`LLMOBS_WRITE_DOCUMENTS=1`) and compares it. Messages are read by form, as [wire formats](wire-formats.md) tells.

            """
        );
        var places = Tables().SelectMany(Places).ToList();
        foreach (var (name, keys) in Dialects)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n| field | place and key |\n| --- | --- |\n");
            foreach (var field in places.Where(place => place.Dialect == name).GroupBy(place => place.Field))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {field.Key} | {string.Join(", ", field.Select(place => $"{place.Number} `{place.Key}`"))} |\n"
                );
            }

            if (keys.GetField("Parameters")?.GetValue(null) is (string Key, string Parameter)[] parameters)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| parameters | {string.Join(", ", parameters.Select(row => $"`{row.Key}` as {row.Parameter}"))} |\n"
                );
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Field, IEnumerable<string> Keys)> Tables()
    {
        yield return ("kind", KindRules.Named.Select(kind => kind.Key));
        foreach (var (kind, keys) in KindRules.Present)
        {
            yield return ($"kind, by what is there: {kind.ToString().ToLowerInvariant()}", keys.Sources.Select(source => source.ToString()));
        }

        foreach (var type in Areas.Keys.Prepend(typeof(FieldTables)))
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            {
                if (field.GetValue(null) is Precedence table)
                {
                    yield return (Areas.GetValueOrDefault(type) + Label(field.Name), table.Sources.Select(source => source.ToString()));
                }
            }
        }
    }

    private static IEnumerable<string> KeysOf(Type dialect) =>
        dialect
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .SelectMany<FieldInfo, string>(field =>
                field.GetValue(null) switch
                {
                    Source[] sources => sources.Select(source => source.ToString()),
                    KindKey kind => [kind.Key],
                    _ => [],
                }
            );

    private static IEnumerable<(string Field, string Dialect, int Number, string Key)> Places((string Field, IEnumerable<string> Keys) table) =>
        table.Keys.Select((key, index) => (table.Field, DialectByKey[key], index + 1, key));

    // RequestedModelOfCall: requested model of call.
    private static string Label(string name) =>
        string.Concat(
            name.Select((letter, index) => char.IsUpper(letter) ? (index == 0 ? "" : " ") + char.ToLowerInvariant(letter) : letter.ToString())
        );
}
