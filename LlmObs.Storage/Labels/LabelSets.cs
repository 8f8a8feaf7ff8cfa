using LlmObs.Domain.Labels;
using LlmObs.Storage.Rows;

namespace LlmObs.Storage.Labels;

/// <summary>A label set as it is kept.</summary>
public sealed record StoredLabelSet(int Id, LabelSet Set, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>The label sets of a project. A set is never changed: labels mean what they were given as.</summary>
public sealed class LabelSets(Database database)
{
    private const string List = """
        SELECT s.id AS "Id", s.name AS "Name", s.question AS "Question", s.kind AS "Kind", s.choices AS "Choices", s.reasons AS "Reasons",
            s.guide AS "Guide", s.created_at AS "CreatedAt", s.created_by AS "CreatedBy"
        FROM label_sets AS s
        WHERE s.project_id = @projectId
        ORDER BY lower(s.name)
        """;

    private const string Create = """
        INSERT INTO label_sets (project_id, name, question, kind, choices, reasons, guide, created_by)
        VALUES (@projectId, @name, @question, @kind, @choices, @reasons, @guide, @by)
        ON CONFLICT (project_id, name) DO NOTHING
        RETURNING id
        """;

    public async Task<IReadOnlyList<StoredLabelSet>> ListAsync(int projectId, CancellationToken cancellationToken) =>
        [.. (await database.QueryAsync<Row>(List, new { projectId }, cancellationToken)).Select(row => row.ToSet())];

    /// <summary>A new set without a fault. Null when the project has one of that name.</summary>
    public Task<int?> CreateAsync(int projectId, LabelSet set, string by, CancellationToken cancellationToken) =>
        database.FindAsync<int?>(
            Create,
            new
            {
                projectId,
                name = StorableText.Clean(set.Name),
                question = StorableText.Clean(set.Question),
                kind = (short)set.Kind,
                choices = StorableText.Clean(ChoiceText.Write(set.Choices)),
                reasons = set.Reasons.Select(reason => StorableText.Clean(reason)).ToArray(),
                guide = StorableText.Clean(set.Guide),
                by = StorableText.Clean(by),
            },
            cancellationToken
        );

    // Properties, not a constructor: Dapper sees an array as System.Array there.
    private sealed record Row
    {
        public int Id { get; init; }
        public string Name { get; init; } = "";
        public string Question { get; init; } = "";
        public short Kind { get; init; }
        public string Choices { get; init; } = "";
        public string[] Reasons { get; init; } = [];
        public string? Guide { get; init; }
        public DateTime CreatedAt { get; init; }
        public string CreatedBy { get; init; } = "";

        public StoredLabelSet ToSet() =>
            new(Id, new(Name, Question, (LabelKind)Kind, ChoiceText.Read(Choices), Reasons, Guide), new(CreatedAt), CreatedBy);
    }
}
