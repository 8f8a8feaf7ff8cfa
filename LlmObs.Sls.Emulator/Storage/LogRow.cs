using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Search;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>One log as the table and the term index take it, without its sequence number.</summary>
/// <param name="Values">For each field of the column map its value or null, in the order of the columns.</param>
/// <param name="Texts">What is searched by its terms.</param>
/// <param name="Numbers">Fields of type long with their value, of type double with its bits.</param>
public sealed record LogRow(
    long Time,
    int Nanos,
    LogOrigin Origin,
    object?[] Values,
    IReadOnlyList<FieldText> Texts,
    IReadOnlyList<(int Field, long Bits)> Numbers
)
{
    /// <summary>Adds a row of the table <c>logs</c>.</summary>
    public void AppendTo(DuckDBAppender appender, long sequence)
    {
        var row = appender.CreateRow();
        row.AppendValue((long?)sequence)
            .AppendValue((long?)Time)
            .AppendValue((int?)Nanos)
            .AppendValue(Origin.Topic)
            .AppendValue(Origin.Source)
            .AppendValue(Origin.TagText);
        foreach (var value in Values)
        {
            switch (value)
            {
                case string text:
                    row.AppendValue(text);
                    break;
                case long whole:
                    row.AppendValue((long?)whole);
                    break;
                case double number:
                    row.AppendValue((double?)number);
                    break;
                default:
                    row.AppendNullValue();
                    break;
            }
        }
        row.EndRow();
    }
}

/// <summary>What the logs of a group have in common.</summary>
public sealed record LogOrigin(string Topic, string Source, IReadOnlyList<(string Name, string Value)> Tags)
{
    /// <summary>␁name␂value␁… as the table keeps them; empty without tags.</summary>
    public string TagText { get; } =
        Tags.Count == 0
            ? ""
            : Tokenizer.Separator + string.Concat(Tags.Select(tag => $"{tag.Name}{Tokenizer.PathMark}{tag.Value}{Tokenizer.Separator}"));
}

/// <summary>A text and its terms.</summary>
/// <param name="Field">The id of an <see cref="IndexedField"/>, or <see cref="Terms.TermText.Line"/>.</param>
/// <param name="Path">Of a leaf of a document its path, in lower case; else null.</param>
/// <param name="Terms">As <see cref="Tokenizer.Terms"/> writes them.</param>
public readonly record struct FieldText(int Field, string? Path, string Value, string Terms);
