using System.Globalization;
using System.Text;

namespace LlmObs.TraceLog;

/// <summary>Collects the fields of one log within SLS's limits: what is too long is cut between code points, and the field <c>cut</c> says what and how much.</summary>
internal sealed class LogFields
{
    /// <summary>SLS takes 1 MB a value; searching reaches half of that.</summary>
    public const int ValueBytes = 1_000_000;

    /// <summary>Fields of a row are ids, names and one-liners.</summary>
    public const int RowValueBytes = 32_768;

    /// <summary>A log stays well under the 3 MB that the oldest limit allows a whole request.</summary>
    public const int LogBytes = 2_500_000;

    private readonly List<KeyValuePair<string, string>> contents = new(capacity: 64);
    private readonly List<string> cuts = [];
    private int bytes;

    public IReadOnlyList<KeyValuePair<string, string>> Contents => contents;

    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            AddEvenEmpty(name, value);
        }
    }

    public void Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Add(string name, double? value) => Add(name, value?.ToString("R", CultureInfo.InvariantCulture));

    public void Add(string name, decimal? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public void AddEvenEmpty(string name, string value) => Put(name, value, RowValueBytes);

    /// <summary>A value of any length. Call in order of worth: what comes late gets what is left.</summary>
    public void AddContent(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Put(name, value, Math.Clamp(LogBytes - bytes, 0, ValueBytes));
        }
    }

    /// <summary>Writes <c>cut</c> when something was cut.</summary>
    public void SayWhatWasCut() => Add("cut", string.Join("; ", cuts));

    private void Put(string name, string value, int limit)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        if (size > limit)
        {
            var kept = Start(value, limit);
            cuts.Add(
                $"{name} {size.ToString(CultureInfo.InvariantCulture)} to {Encoding.UTF8.GetByteCount(kept).ToString(CultureInfo.InvariantCulture)} bytes"
            );
            value = kept;
            size = Encoding.UTF8.GetByteCount(kept);
        }

        bytes += size + name.Length;
        contents.Add(new(name, value));
    }

    /// <summary>The longest start of a text that fits into so many bytes of UTF-8 and ends between code points.</summary>
    internal static string Start(string text, int limit)
    {
        var size = 0;
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((size += rune.Utf8SequenceLength) > limit)
            {
                break;
            }

            // A lone surrogate is read as U+FFFD but is one char in the text, as that is.
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }
}
