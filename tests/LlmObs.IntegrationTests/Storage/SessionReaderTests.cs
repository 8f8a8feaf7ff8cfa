using LlmObs.Domain;
using LlmObs.Domain.Scores;
using LlmObs.Domain.Spans;
using LlmObs.IntegrationTests.Support;
using LlmObs.Storage.Reading;
using LlmObs.Storage.Writing;

namespace LlmObs.IntegrationTests.Storage;

/// <summary>Conversations and users as their pages read them.</summary>
public sealed class SessionReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private SessionReader Sessions => new(database.Database);
    private OpinionReader Opinions => new(database.Database);
    private UserReader Users => new(database.Database, Opinions);

    [Fact]
    public async Task A_conversation_is_read_turn_by_turn_with_its_answers()
    {
        var project = await database.NewProjectAsync();
        var (first, second) = (Asked("s", "ann", 1, "第一问"), Asked("s", "ann", 2, "second"));
        await database.WriteAsync(
            project,
            first with
            {
                Content = SpanContent.Empty with { Output = "{\"rows\":3}" },
            },
            second,
            Answer(second, "## 回答"),
            Asked("other", "ann", 3, "elsewhere")
        );

        var session = (await Sessions.ReadAsync(project.Id, "s", 0, 50, Cancel))!;

        Assert.Equal([("第一问", "{\"rows\":3}"), ("second", "## 回答")], session.Turns.Select(turn => (turn.Summary.Question, turn.Answer)));
        Assert.Equal((2, 0), (session.TurnCount, session.Skipped));
        Assert.Null(await Sessions.ReadAsync(project.Id, "unknown", 0, 50, Cancel));
    }

    [Fact]
    public async Task A_long_conversation_is_read_in_parts()
    {
        var project = await database.NewProjectAsync();
        await database.WriteAsync(project, [.. Enumerable.Range(0, 5).Select(i => Asked("s", "ann", i, $"question {i}"))]);

        var part = (await Sessions.ReadAsync(project.Id, "s", 2, 2, Cancel))!;

        Assert.Equal(["question 2", "question 3"], part.Turns.Select(turn => turn.Summary.Question));
        Assert.Equal((5, 2), (part.TurnCount, part.Skipped));
        Assert.Null(await Sessions.ReadAsync(project.Id, "s", 5, 2, Cancel));
    }

    [Fact]
    public async Task What_was_said_of_a_turn_stands_there_and_what_was_said_of_all_above()
    {
        var project = await database.NewProjectAsync();
        var turn = Asked("s", "ann", 1, "question");
        await database.WriteAsync(project, turn);
        await GiveAsync(project, "a", turn.Span.TraceId, null, "user_feedback", 1, "feedback");
        await GiveAsync(project, "b", null, "s", "helpful", 0, "feedback");

        var session = (await Sessions.ReadAsync(project.Id, "s", 0, 50, Cancel))!;

        Assert.Equal(["a"], session.Turns.Single().Scores.Select(score => score.Id));
        Assert.Equal(["b"], session.Scores.Select(score => score.Id));
    }

    [Fact]
    public async Task Opinions_are_counted_by_session_and_user_each_on_its_own_scale()
    {
        var project = await database.NewProjectAsync();
        var (liked, disliked) = (Asked("s1", "ann", 1, "good"), Asked("s2", "ann", 2, "bad"));
        await database.WriteAsync(project, liked, disliked, Asked("s3", "bob", 3, "silent"));
        await GiveAsync(project, "a", liked.Span.TraceId, null, "user_feedback", 1, "api");
        await GiveAsync(project, "b", disliked.Span.TraceId, null, "thumbs", -1, "feedback");
        await GiveAsync(project, "c", disliked.Span.TraceId, null, "stars", 4, "feedback");
        await GiveAsync(project, "d", disliked.Span.TraceId, null, "accuracy", 1, "llm");
        await GiveAsync(project, "e", null, "s1", "user_feedback", 0, "feedback");
        await GiveAsync(project, "f", disliked.Span.TraceId, null, "of ten", 4, "feedback", """{"max":10}""");
        await GiveAsync(project, "g", disliked.Span.TraceId, null, "no scale", 70, "feedback");
        await GiveAsync(project, "h", disliked.Span.TraceId, null, "copied", 1, "feedback");

        var ofSessions = await Opinions.OfSessionsAsync(project.Id, ["s1", "s2", "s3"], Cancel);
        var ofUsers = await Opinions.OfUsersAsync(project.Id, ["ann", "bob"], Cancel);

        Assert.Equal(
            [("s1", new Opinion(1, 2)), ("s2", new Opinion(1, 3))],
            ofSessions.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value))
        );
        Assert.Equal([("ann", new Opinion(2, 4))], ofUsers.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task A_user_has_conversations_and_requests_outside_of_any()
    {
        var project = await database.NewProjectAsync();
        var failed = Asked("s1", "ann", 4, "later").With(span => span with { Status = SpanStatus.Error });
        await database.WriteAsync(project, Asked("s1", "ann", 1, "first"), failed, Asked(null, "ann", 2, "alone"), Asked("s9", "bob", 3, "not hers"));
        await GiveAsync(project, "a", failed.Span.TraceId, null, "user_feedback", 0, "feedback");

        var ann = (await Users.ReadAsync(project.Id, "ann", 10, Cancel))!;

        Assert.Equal(
            [("s1", "first", 2L, 1L), (null, "alone", 1L, 0L)],
            ann.Sessions.Select(session => (session.SessionId, session.Question, session.Turns, session.Failed))
        );
        Assert.Equal(new Opinion(0, 1), ann.Opinion);
        Assert.Equal(["a"], ann.Opinions.Select(score => score.Id));
        Assert.True((await Users.ReadAsync(project.Id, "ann", 1, Cancel))!.HasMore);
        Assert.Null(await Users.ReadAsync(project.Id, "nobody", 10, Cancel));
    }

    private static SpanRecord Asked(string? session, string user, int minute, string question) =>
        Spans
            .Chat(start: Spans.Now() - 3_600_000_000_000 + minute * 60_000_000_000L)
            .With(span => span with { Kind = SpanKind.Workflow, SessionId = session, UserId = user, Question = question });

    private static SpanRecord Answer(SpanRecord turn, string text) =>
        Spans.Chat(turn.Span.TraceId, parent: turn.Span.SpanId, start: turn.Span.StartUnixNano + 1000) with
        {
            Content = SpanContent.Empty with { Messages = [new("output", "assistant", [MessagePart.Text(text)])] },
        };

    private Task GiveAsync(
        Project project,
        string id,
        string? traceId,
        string? sessionId,
        string name,
        double value,
        string source,
        string metadata = "{}"
    ) =>
        new ScoreWriter(database.Database, database.Sampling).WriteAsync(
            project,
            [new(id, traceId, null, sessionId, null, name, ScoreType.Numeric, value, null, null, source, Spans.Now() / 1000, new JsonText(metadata))],
            Cancel
        );
}
