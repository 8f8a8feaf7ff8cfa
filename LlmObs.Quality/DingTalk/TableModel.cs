using System.Text.Json;

namespace LlmObs.Quality.DingTalk;

/// <summary>A sheet of an AI table.</summary>
public sealed record TableSheet(string Id, string Name);

/// <summary>A column as the service describes it.</summary>
/// <param name="Type">text, number, singleSelect, multipleSelect, date, url, …</param>
public sealed record TableField(string Id, string Name, string Type);

/// <summary>A column to be made.</summary>
/// <param name="Property">What its type needs: the choices of a select. Null for others.</param>
public sealed record NewField(string Name, string Type, object? Property = null);

/// <summary>A row as it is read.</summary>
/// <param name="Fields">By the column's present name, in the form of reading: a select is <c>{"id","name"}</c>, a number a string.</param>
public sealed record TableRecord(string Id, IReadOnlyDictionary<string, JsonElement> Fields, TablePerson? LastModifiedBy);

public sealed record TablePerson(string? UnionId);

/// <summary>A row to be written.</summary>
/// <param name="Id">Null for a new one.</param>
/// <param name="Fields">By the column's present name, in the form of writing: a select is its option's name.</param>
public sealed record RecordWrite(string? Id, IReadOnlyDictionary<string, object?> Fields);

/// <summary>The service refused a call, or did not answer it.</summary>
/// <param name="code">Its code of the error; the status when it gave none.</param>
public sealed class DingTalkException(string code, string message, bool isThrottled = false) : Exception($"{code}: {message}")
{
    public string Code => code;

    /// <summary>Asked too often: the same call may be tried later.</summary>
    public bool IsThrottled => isThrottled;
}
