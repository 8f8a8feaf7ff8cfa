using LlmObs.Domain;
using LlmObs.Web.Pages.Scores;

namespace LlmObs.Tests.Web.Scores;

public sealed class SqlScoreTests
{
    [Theory]
    [InlineData("""{"sql":"SELECT paid FROM orders","position":8}""", "paid FROM orders")]
    [InlineData("""{"sql":"SELECT a,\n  paid\nFROM orders","position":13}""", "paid")]
    [InlineData("""{"sql":"SELECT 1","position":9}""", null)]
    [InlineData("""{"sql":"SELECT 1","position":-4}""", null)]
    [InlineData("""{"sql":"SELECT 1"}""", null)]
    [InlineData("""{"position":3}""", null)]
    public void Shows_where_the_database_points_at(string metadata, string? pointed) => Assert.Equal(pointed, SqlScore.Read(new(metadata))!.Pointed);

    [Fact]
    public void Reads_the_rules_of_a_result()
    {
        var score = SqlScore.Read(new("""{"rules":[{"rule":"not_empty","passed":false,"detail":"no rows"},null,{}],"rows":0,"evaluator":"sql"}"""))!;

        Assert.Equal([new("not_empty", false, "no rows"), new(null, false, null)], score.Rules!);
        Assert.Equal((null, 0), (score.Sql, score.Rows));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("\"text\"")]
    [InlineData("""{"sql":7}""")]
    [InlineData("""{"rules":"none"}""")]
    [InlineData("""{"position":"8"}""")]
    public void What_has_another_form_is_none_of_its_own(string? metadata) => Assert.Null(SqlScore.Read(new JsonText(metadata)));
}
