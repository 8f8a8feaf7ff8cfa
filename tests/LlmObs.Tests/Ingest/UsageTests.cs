using LlmObs.Domain.Spans;
using static LlmObs.Tests.Ingest.Mapped;

namespace LlmObs.Tests.Ingest;

/// <summary>Tokens that services and libraries count by cache, by reasoning and by what they stand for.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("gen_ai.usage.text.input_tokens")]
    [InlineData("gen_ai.usage.image.input_tokens")]
    [InlineData("gen_ai.usage.audio.input_tokens")]
    [InlineData("gen_ai.usage.video.input_tokens")]
    [InlineData("gen_ai.usage.text.output_tokens")]
    [InlineData("gen_ai.usage.image.output_tokens")]
    [InlineData("gen_ai.usage.audio.output_tokens")]
    [InlineData("gen_ai.usage.video.output_tokens")]
    [InlineData("gen_ai.usage.input_audio_tokens")]
    [InlineData("gen_ai.usage.input_text_tokens")]
    [InlineData("gen_ai.usage.output_audio_tokens")]
    [InlineData("gen_ai.usage.output_text_tokens")]
    [InlineData("llm.token_count.prompt_details.audio")]
    [InlineData("llm.token_count.completion_details.audio")]
    public void Tokens_of_one_modality_are_kept_as_they_came_and_counted_once(string key)
    {
        var record = Map((key, 700), ("gen_ai.usage.input_tokens", 1000), ("gen_ai.usage.output_tokens", 900));

        Assert.Equal(new TokenUsage(1000, 900, TotalTokens: 1900), record.Span.Usage);
        Assert.Contains($"\"{key}\":700", record.Content.Attributes.Text!, StringComparison.Ordinal);
    }

    [Theory]
    // Inclusive: the total says so.
    [InlineData("""{"input":4211,"input_cached_tokens":2176,"input_audio_tokens":35,"output":58,"total":4269}""", 4211, 58, 2176, null, null, 4269)]
    // Exclusive: what is read, written, reasoned, heard and drawn stands beside.
    [InlineData(
        """{"input":2000,"input_cached_tokens":2176,"input_audio_tokens":35,"output":50,"output_reasoning_tokens":8,"total":4269}""",
        4211,
        58,
        2176,
        null,
        8,
        4269
    )]
    [InlineData("""{"input":10,"input_image_tokens":300,"output":5,"output_audio_tokens":7}""", 310, 12, null, null, null, 322)]
    [InlineData("""{"input":10,"input_cache_creation_5m":20,"input_cache_creation_1h":30,"output":5}""", 60, 5, null, 50, null, 65)]
    [InlineData("""{"input":10,"cache_read_input_tokens":2000,"output":5}""", 2010, 5, 2000, null, null, 2015)]
    // As OpenAI counts, chat and responses.
    [InlineData(
        """{"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":64,"audio_tokens":9},"completion_tokens_details":{"reasoning_tokens":20,"audio_tokens":3}}""",
        100,
        30,
        64,
        null,
        20,
        130
    )]
    [InlineData(
        """{"input_tokens":100,"output_tokens":30,"input_tokens_details":{"cached_tokens":64},"output_tokens_details":{"reasoning_tokens":20}}""",
        100,
        30,
        64,
        null,
        20,
        130
    )]
    // As Anthropic counts: beside the input.
    [InlineData(
        """{"input_tokens":12,"output_tokens":30,"cache_read_input_tokens":2000,"cache_creation_input_tokens":500}""",
        2512,
        30,
        2000,
        500,
        null,
        2542
    )]
    public void Usage_maps_of_Langfuse(string map, long input, long output, int? cached, int? written, int? reasoning, long total)
    {
        var record = Map(("langfuse.observation.type", "generation"), ("langfuse.observation.usage_details", map));

        Assert.Equal(new TokenUsage(input, output, cached, written, reasoning, total), record.Span.Usage);
    }

    [Theory]
    [InlineData("CHARACTERS")]
    [InlineData("SECONDS")]
    [InlineData("IMAGES")]
    [InlineData("REQUESTS")]
    [InlineData("MILLISECONDS")]
    public void What_is_not_counted_in_tokens_is_kept_and_no_usage(string unit)
    {
        var record = Map(("langfuse.observation.usage", $$"""{"unit":"{{unit}}","input":7,"output":9}"""));

        Assert.Null(record.Span.Usage);
        Assert.Contains(unit, record.Content.Attributes.Text!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData("many")]
    [InlineData("")]
    public void What_is_no_count_is_not_said(object value) => Assert.Null(Map(("gen_ai.usage.input_tokens", value)).Span.Usage);

    [Fact]
    public void The_cached_part_of_a_service_that_counts_it_beside_the_input_is_added()
    {
        var record = Map(
            ("gen_ai.usage.input_tokens", 12),
            ("gen_ai.usage.output_tokens", 30),
            ("gen_ai.usage.cache_read.input_tokens", 2000),
            ("gen_ai.usage.cache_creation.input_tokens", 500),
            ("gen_ai.usage.total_tokens", 42)
        );

        Assert.Equal(new TokenUsage(2512, 30, 2000, 500, null, 2542), record.Span.Usage);
    }
}
