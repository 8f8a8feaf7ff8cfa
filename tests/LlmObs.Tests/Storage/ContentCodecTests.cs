using LlmObs.Domain.Spans;
using LlmObs.Storage.Rows;

namespace LlmObs.Tests.Storage;

public sealed class ContentCodecTests
{
    [Fact]
    public void Compresses_a_prompt_that_repeats_itself()
    {
        var content = new SpanContent { Input = string.Concat(Enumerable.Repeat("CREATE TABLE 订单 (id int);\n", 1000)) };

        var encoded = ContentCodec.Encode(content);

        Assert.True(encoded.Body.Length * 20 < encoded.JsonBytes);
        Assert.Equal(content.Input, ContentCodec.DecodeContent(encoded.Body, encoded.JsonBytes).Input);
    }

    [Fact]
    public void Takes_random_text_that_does_not_compress()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        var content = new SpanContent { Input = Convert.ToBase64String(bytes) };

        var encoded = ContentCodec.Encode(content);

        Assert.Equal(content.Input, ContentCodec.DecodeContent(encoded.Body, encoded.JsonBytes).Input);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3)]
    public void Shows_a_damaged_content_as_damaged_instead_of_failing(int jsonBytes)
    {
        var content = ContentCodec.DecodeContent([1, 2, 3, 4, 5], jsonBytes);

        Assert.Contains("cannot be read", Assert.Single(content.Notes), StringComparison.Ordinal);
    }
}
