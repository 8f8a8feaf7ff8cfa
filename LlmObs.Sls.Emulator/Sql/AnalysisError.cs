using System.Text.RegularExpressions;
using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Sql;

/// <summary>The engine's complaints in the service's form.</summary>
public static partial class AnalysisError
{
    public static SlsException From(DuckDBException failure)
    {
        var message = failure.Message.Split("\n\n", 2)[0];
        if (UnknownColumn().Match(message) is { Success: true } column)
        {
            var name = column.Groups["name"].Value;
            return SlsException.Parameter(
                $"ErrorType:ColumnNotExists.ErrorPosition,line:0,column:0.ErrorMessage:Column '{name}' cannot be resolved;please add the column in the index attribute"
            );
        }
        if (Deliberate().Match(message) is { Success: true } own)
        {
            return SlsException.Parameter($"ErrorType:FunctionFailure.ErrorMessage:{own.Groups["text"].Value}");
        }
        // What stands before the first colon is the kind; the rest may span lines that point into SQL the caller never wrote.
        var parts = message.Split(": ", 2);
        var text = parts[^1].Split('\n', 2)[0].Replace("sls_", "", StringComparison.Ordinal);
        return new SlsException(
            400,
            "ParameterInvalid",
            $"ErrorType:{(parts.Length == 2 ? parts[0].Replace(" ", "", StringComparison.Ordinal) : "SqlError")}.ErrorMessage:{text}",
            failure
        );
    }

    public static SlsException OutOfMemory(int limitMb, Exception failure) =>
        new(
            400,
            "ParameterInvalid",
            $"ErrorType:OutofMemoryError.ErrorMessage:the query takes more than the {limitMb} MB of memory that queries share",
            failure
        );

    public static SlsException Timeout(int seconds) =>
        SlsException.Parameter($"ErrorType:QueryTimeout.ErrorMessage:the query was cut after {seconds} s");

    [GeneratedRegex($"'{PrestoMacros.Failure}(?<text>.*)' to INT8")]
    private static partial Regex Deliberate();

    [GeneratedRegex("Referenced column \"(?<name>[^\"]+)\" (?:was )?not found|column named \"(?<name>[^\"]+)\"")]
    private static partial Regex UnknownColumn();
}
