using System.Collections;
using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text;
using DuckDB.NET.Native;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>Values as the service prints them: every cell of a result is text.</summary>
public static class PrestoValue
{
    private static readonly ConcurrentDictionary<Type, Func<DbDataReader, int, object?>> Readers = new();

    /// <summary>A cell of a result. Elements of arrays and maps may be NULL, which the reader's own types do not allow.</summary>
    public static string Read(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? "null"
        : IsZoned(reader, column) ? (string)reader.GetFieldValue<Dictionary<string, object>>(column)["text"]
        : IsInterval(reader, column) ? Format(reader.GetFieldValue<DuckDBInterval>(column))
        : reader.GetFieldType(column) is { IsGenericType: true } type ? Format(Readers.GetOrAdd(type, ReaderOf)(reader, column))
        : Format(reader.GetValue(column));

    public static string Format(object? value) =>
        value switch
        {
            null or DBNull => "null",
            string text => text,
            bool flag => flag ? "true" : "false",
            double number => FormatDouble(number),
            float number => FormatDouble(number),
            decimal number => number.ToString(CultureInfo.InvariantCulture),
            BigInteger number => number.ToString(CultureInfo.InvariantCulture),
            DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
            DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            IDictionary map => "{" + string.Join(", ", map.Keys.Cast<object>().Select(key => $"{Format(key)}={Format(map[key])}")) + "}",
            IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Format)) + "]",
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };

    /// <summary>The Presto name of a result column's type.</summary>
    public static string TypeName(DbDataReader reader, int column) =>
        reader.GetFieldType(column) == typeof(List<ulong>) ? throw PrestoTranslator.Unsupported("a result of type HyperLogLog, use cardinality")
        : IsZoned(reader, column) ? "timestamp with time zone"
        : TypeName(reader.GetDataTypeName(column));

    /// <summary>The Presto name of a DuckDB type.</summary>
    public static string TypeName(string duckDbType) =>
        duckDbType.ToUpperInvariant() switch
        {
            "BIGINT" or "INTEGER" or "HUGEINT" or "SMALLINT" or "TINYINT" or "UBIGINT" or "UINTEGER" => "bigint",
            "DOUBLE" or "FLOAT" => "double",
            var type when type.StartsWith("DECIMAL", StringComparison.Ordinal) => "decimal",
            "BOOLEAN" => "boolean",
            "INTERVAL" => "interval day to second",
            "DATE" => "date",
            var type when type.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "timestamp",
            "BLOB" => throw PrestoTranslator.Unsupported("a result of type varbinary, use to_hex, to_base64 or from_utf8"),
            "LIST" or "ARRAY" => "array",
            "MAP" => "map",
            _ => "varchar",
        };

    private static bool IsInterval(DbDataReader reader, int column) =>
        reader.GetDataTypeName(column).Equals("INTERVAL", StringComparison.OrdinalIgnoreCase);

    private static string Format(DuckDBInterval interval)
    {
        if (interval.Months != 0)
        {
            throw PrestoTranslator.Unsupported("a result that is an interval with months");
        }
        var length = TimeSpan.FromDays(interval.Days) + TimeSpan.FromMicroseconds((long)interval.Micros);
        return (length < TimeSpan.Zero ? "-" : "") + length.ToString(@"d\ hh\:mm\:ss\.fff", CultureInfo.InvariantCulture);
    }

    // The only rows that reach a result are times with a zone: see ZonedTime.
    private static bool IsZoned(DbDataReader reader, int column) =>
        reader.GetDataTypeName(column).Equals("STRUCT", StringComparison.OrdinalIgnoreCase);

    private static Func<DbDataReader, int, object?> ReaderOf(Type type) =>
        (Func<DbDataReader, int, object?>)
            Delegate.CreateDelegate(
                typeof(Func<DbDataReader, int, object?>),
                typeof(PrestoValue).GetMethod(nameof(ReadAs), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(WithNulls(type))
            );

    private static object? ReadAs<T>(DbDataReader reader, int column) => reader.GetFieldValue<T>(column);

    private static Type WithNulls(Type type) =>
        type.IsGenericType
            ? type.GetGenericTypeDefinition()
                .MakeGenericType([
                    .. type.GetGenericArguments()
                        .Select(
                            (argument, index) =>
                                type.Name.StartsWith("Dictionary", StringComparison.Ordinal) && index == 0 ? argument : WithNulls(argument)
                        ),
                ])
        : type.IsValueType ? typeof(Nullable<>).MakeGenericType(type)
        : type;

    // Java's form: at least one digit after the point; exponents below 10^-3 and from 10^7.
    private static string FormatDouble(double number)
    {
        if (double.IsNaN(number) || double.IsInfinity(number))
        {
            return double.IsNaN(number) ? "NaN"
                : number > 0 ? "Infinity"
                : "-Infinity";
        }
        var size = Math.Abs(number);
        if (size == 0 || size is >= 1e-3 and < 1e7)
        {
            var plain = number.ToString("0.0################", CultureInfo.InvariantCulture);
            return double.Parse(plain, CultureInfo.InvariantCulture) == number ? plain : number.ToString("R", CultureInfo.InvariantCulture);
        }
        var scientific = new StringBuilder(number.ToString("E16", CultureInfo.InvariantCulture));
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        var digits = new string([.. shortest.Split('E')[0].Where(char.IsAsciiDigit)]).Trim('0');
        var exponent = int.Parse(scientific.ToString().Split('E')[1], CultureInfo.InvariantCulture);
        var fraction = digits.Length > 1 ? digits[1..] : "0";
        return $"{(number < 0 ? "-" : "")}{(digits.Length > 0 ? digits[0] : '0')}.{fraction}E{exponent.ToString(CultureInfo.InvariantCulture)}";
    }
}
