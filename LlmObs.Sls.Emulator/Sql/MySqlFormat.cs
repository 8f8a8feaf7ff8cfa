using System.Text;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Formats of dates and times in MySQL's letters.</summary>
internal static class MySqlFormat
{
    /// <returns>The same for strftime and strptime.</returns>
    /// <exception cref="Http.SlsException">It has a letter that is not supported.</exception>
    public static string Translate(string format)
    {
        var result = new StringBuilder(format.Length + 8);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }
            result.Append(
                format[++i] switch
                {
                    'i' => "%M",
                    's' => "%S",
                    'h' or 'I' => "%I",
                    'M' => "%B",
                    'c' => "%-m",
                    'e' => "%-d",
                    'k' => "%-H",
                    'l' => "%-I",
                    'T' => "%H:%M:%S",
                    'r' => "%I:%M:%S %p",
                    'W' => "%A",
                    'v' => "%V",
                    'Y' or 'y' or 'm' or 'd' or 'H' or 'S' or 'f' or 'j' or 'a' or 'b' or 'p' or '%' => $"%{format[i]}",
                    var other => throw PrestoTranslator.Unsupported($"the date format letter %{other}"),
                }
            );
        }
        return result.ToString();
    }
}
