using LlmObs.SqlCopilot;
using LlmObs.SqlCopilot.Model;
using LlmObs.SqlCopilot.Steps;

namespace LlmObs.Tests.SqlCopilot;

public sealed class ModelJsonTests
{
    [Theory]
    [InlineData("""{"sql":"SELECT 1","explanation":"一"}""")]
    [InlineData("```json\n{\"sql\":\"SELECT 1\",\"explanation\":\"一\"}\n```")]
    [InlineData("好的，SQL 如下：\n{\"sql\":\"SELECT 1\",\"explanation\":\"一\"}\n希望有帮助。")]
    public void Finds_the_object_bare_fenced_or_with_chatter(string answer) =>
        Assert.Equal(new SqlDraft("SELECT 1", "一"), ModelJson.Read<SqlDraft>(answer));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT 1")]
    [InlineData("""{"sql":"SELECT 1""")]
    [InlineData("""{"sql":"SELECT 1" "explanation"}""")]
    public void Names_a_broken_answer_as_such(string answer) =>
        Assert.Equal("invalid_json", Assert.Throws<SqlFailedException>(() => ModelJson.Read<SqlDraft>(answer)).Kind);
}
