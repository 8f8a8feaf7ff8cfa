using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Mapping.Fields;

namespace LlmObs.Tests.Documents;

/// <summary>
/// docs/dialects.md: the precedence tables, which are one for each field, seen from each dialect. It is written from the tables themselves by
/// <c>LLMOBS_WRITE_DOCUMENTS=1</c>, and read in review.
/// </summary>
public sealed class DialectDocumentTests
{
    /// <summary>A dialect and the keys it brought into the world; the first that a key begins with is its.</summary>
    private static readonly (string Name, string? Folder, string[] Keys)[] Dialects =
    [
        ("Langfuse", "Langfuse", ["langfuse.", "completionStartTime"]),
        (
            "Alibaba ARMS, LoongSuite",
            null,
            ["gen_ai.span.kind", "gen_ai.session.id", "gen_ai.user", "gen_ai.model_name", "gen_ai.response.time_to_first_token", "gen_ai.rerank."]
        ),
        ("LangSmith's OTel bridge", null, ["langsmith.", "gen_ai.prompt → ", "gen_ai.completion → "]),
        ("OpenTelemetry GenAI", null, ["gen_ai.", "error.", "enduser."]),
        (
            "Traceloop, OpenLLMetry",
            "Traceloop",
            ["traceloop.", "llm.usage.", "llm.request.", "llm.response.", "llm.finish_reason", "llm.user", "llm.chat."]
        ),
        (
            "OpenInference",
            "OpenInference",
            [
                "openinference.",
                "llm.",
                "input.value",
                "output.value",
                "session.id",
                "user.id",
                "metadata",
                "tag.",
                "embedding.",
                "reranker.",
                "retrieval.",
                "tool.",
                "tool_call.",
                "agent.name",
                "prompt.id",
            ]
        ),
        ("Vercel AI SDK", "VercelAi", ["ai.", "operation.name"]),
        ("Genkit", "Genkit", ["genkit:"]),
        ("MLflow", null, ["mlflow."]),
        ("Laminar", null, ["lmnr."]),
        ("Mastra", null, ["mastra."]),
        ("Pydantic AI, Logfire", null, ["logfire.", "pydantic_ai.", "all_messages_events", "tool_arguments", "tool_response", "final_result"]),
        ("Google ADK", null, ["gcp.vertex.agent."]),
        ("Dify", null, ["dify."]),
    ];

    private static readonly Dictionary<Type, string> Areas = new()
    {
        [typeof(UsageTables)] = "usage: ",
        [typeof(FirstToken)] = "first token: ",
        [typeof(ContentTables)] = "content: ",
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
    public void Every_folder_of_a_dialect_is_in_the_document() =>
        Assert.Equal(
            Directory.GetDirectories(Path.Combine(Repository.Root, "LlmObs.Ingest/Mapping/Dialects")).Select(Path.GetFileName).Order(),
            Dialects.Select(dialect => dialect.Folder).OfType<string>().Order()
        );

    private static string Write()
    {
        var text = new StringBuilder(
            """
            # Dialects

            What each dialect can say, and how far it is trusted. There is one table for each field, across all dialects, since one span often speaks
            several ([decision 31](adr/0031-one-table-per-field.md)); here the same tables are sorted by dialect. The number before a key is its place in
            the table of its field: 1 is asked first. `a → b` is the member `b` of the JSON in `a`. A test writes this page from the tables
            (`LLMOBS_WRITE_DOCUMENTS=1`) and compares it. Messages, tools and documents are read by form, as [wire formats](wire-formats.md) tells.

            """
        );
        var places = Tables().SelectMany(Places).ToList();
        foreach (var (name, folder, _) in Dialects.Append(("Any application", null, [])))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n");
            if (folder is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"What is more than a key: `LlmObs.Ingest/Mapping/Dialects/{folder}`.\n\n");
            }

            text.Append("| field | place and key |\n| --- | --- |\n");
            foreach (var field in places.Where(place => place.Dialect == name).GroupBy(place => place.Field))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {field.Key} | {string.Join(", ", field.Select(place => $"{place.Number} `{place.Key}`"))} |\n"
                );
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Field, IEnumerable<string> Keys)> Tables()
    {
        var named =
            (IEnumerable<(string Key, FrozenDictionary<string, SpanKind> Words)>)
                typeof(KindRules).GetField("Named", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        yield return ("kind", named.Select(row => row.Key));
        foreach (var type in new[] { typeof(FieldTables), typeof(UsageTables), typeof(FirstToken), typeof(ContentTables) })
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            {
                if (field.GetValue(null) is Precedence table)
                {
                    yield return (Areas.GetValueOrDefault(type) + Label(field.Name), table.Sources.Select(Text));
                }
            }
        }
    }

    private static IEnumerable<(string Field, string Dialect, int Number, string Key)> Places((string Field, IEnumerable<string> Keys) table) =>
        table.Keys.Select((key, index) => (table.Field, Dialect(key), index + 1, key));

    private static string Dialect(string key) =>
        Dialects.FirstOrDefault(dialect => dialect.Keys.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))).Name ?? "Any application";

    private static string Text(Source source) => source.Path is { } path ? $"{source.Key} → {string.Join('.', path)}" : source.Key;

    // RequestedModelOfCall: requested model of call.
    private static string Label(string name) =>
        string.Concat(
            name.Select((letter, index) => char.IsUpper(letter) ? (index == 0 ? "" : " ") + char.ToLowerInvariant(letter) : letter.ToString())
        );
}
