using System.Text;
using LlmObs.Storage.Rows;

namespace LlmObs.Tests.Storage;

public sealed class StorableTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("中文 😀 é")]
    [InlineData("😀")]
    public void Leaves_sound_text_as_the_very_object_it_is(string text) => Assert.Same(text, StorableText.Clean(text));

    // Not InlineData: an attribute's text is kept as UTF-8, which has no half surrogate pairs.
    [Fact]
    public void Replaces_only_what_PostgreSQL_refuses()
    {
        Assert.Equal("\ufffd", StorableText.Clean("\0"));
        Assert.Equal("a\ufffd😀", StorableText.Clean("a\0😀"));
        Assert.Equal("\ufffd", StorableText.Clean("\ud83d"));
        Assert.Equal("\ufffd\ufffd", StorableText.Clean("\ude00\ud83d"));
        Assert.Equal("😀\ufffdx", StorableText.Clean("😀\ud83dx"));
    }

    [Fact]
    public void Shortens_a_long_id_to_one_that_stays_distinct_and_fits_an_index()
    {
        var (one, other) = (new string('中', 799) + "a", new string('中', 799) + "b");

        Assert.NotEqual(StorableText.Id(one), StorableText.Id(other));
        Assert.Equal(StorableText.Id(one), StorableText.Id(StorableText.Id(one)));
        Assert.InRange(Encoding.UTF8.GetByteCount(StorableText.Id(one)), 1, 800);
    }

    [Fact]
    public void Keeps_an_id_whose_cut_would_split_a_character()
    {
        var id = new string('x', 199) + string.Concat(Enumerable.Repeat("😀", 400));

        Assert.Equal(StorableText.Id(id), StorableText.Clean(StorableText.Id(id)));
    }
}
