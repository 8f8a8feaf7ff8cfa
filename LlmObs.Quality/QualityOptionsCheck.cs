using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality;

/// <summary>Checks what stands in dictionaries: data annotations do not reach there.</summary>
internal sealed class QualityOptionsCheck : IValidateOptions<QualityOptions>
{
    public ValidateOptionsResult Validate(string? name, QualityOptions options)
    {
        var faults = Faults("Connections", options.Connections)
            .Concat(Faults("Models", options.Models))
            .Concat(Faults("", new Dictionary<string, object> { ["Http"] = options.Http, ["Judging"] = options.Judging }))
            .ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults<T>(string area, IReadOnlyDictionary<string, T> named)
        where T : notnull
    {
        foreach (var (key, value) in named)
        {
            var results = new List<ValidationResult>();
            Validator.TryValidateObject(value, new(value), results, validateAllProperties: true);
            foreach (var result in results)
            {
                yield return $"{QualityOptions.Section}:{(area.Length > 0 ? area + ":" : "")}{key}: {result.ErrorMessage}";
            }
        }
    }
}
