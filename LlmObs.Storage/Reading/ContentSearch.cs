using System.Buffers;
using System.Data;
using System.Text.Json;
using LlmObs.Domain.Traces;
using LlmObs.Storage.Rows;
using Npgsql;

namespace LlmObs.Storage.Reading;

/// <summary>Looks for words in what the spans of some traces were told and said. Contents are read one by one, never all at once.</summary>
public sealed class ContentSearch(Database database)
{
    /// <summary>How many bytes of JSON one search reads at most.</summary>
    public const long MaxBytes = 1L << 30;

    private const string Contents = """
        SELECT c.trace_id, c.span_id, c.json_bytes, c.body
        FROM span_contents AS c
        WHERE c.project_id = $1 AND c.trace_id = ANY ($2)
        """;

    /// <summary>The spans that hold the words in any value, letters of either case alike; and whether the limit came first.</summary>
    public Task<(IReadOnlySet<SpanRef> Spans, bool IsCut)> FindAsync(
        int projectId,
        IReadOnlyCollection<string> traceIds,
        string words,
        CancellationToken cancellationToken
    ) =>
        database.RunAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(Contents, connection);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = projectId });
                command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. traceIds.Select(id => StorableText.Id(id))] });
                await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);

                var wanted = SearchValues.Create(Spellings(words), StringComparison.OrdinalIgnoreCase);
                var found = new HashSet<SpanRef>();
                var read = 0L;
                while (read < MaxBytes && await reader.ReadAsync(cancellationToken))
                {
                    var span = new SpanRef(reader.GetString(0), reader.GetString(1));
                    var jsonBytes = reader.GetInt32(2);
                    read += jsonBytes;
                    if (ContentCodec.AnyText(reader.GetFieldValue<byte[]>(3), jsonBytes, wanted))
                    {
                        found.Add(span);
                    }
                }

                return ((IReadOnlySet<SpanRef>)found, read >= MaxBytes);
            },
            cancellationToken
        );

    /// <summary>The words, and as JSON that was put into a string writes them: <c>\u9500\u552e</c>, <c>\"</c>.</summary>
    private static string[] Spellings(string words)
    {
        var escaped = JsonEncodedText.Encode(words).ToString();
        return escaped == words ? [words] : [words, escaped];
    }
}
