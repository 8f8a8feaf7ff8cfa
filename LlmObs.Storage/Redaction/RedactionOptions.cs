using LlmObs.Domain.Redaction;
using Microsoft.Extensions.Options;

namespace LlmObs.Storage.Redaction;

public enum RedactionMode
{
    Off,

    /// <summary>Counts and remembers where, and changes nothing.</summary>
    DryRun,
    On,
}

/// <summary>What must not be stored.</summary>
public sealed class RedactionOptions
{
    public const string Section = "Redaction";

    /// <summary>Off, DryRun (counts, changes nothing) or On.</summary>
    public RedactionMode Mode { get; set; }

    /// <summary>Built-in rules in use; all when none is named.</summary>
    public List<string> Rules { get; set; } = [];

    /// <summary>Rules of one's own: name → regular expression without lookarounds and back-references.</summary>
    public Dictionary<string, string> Own { get; set; } = [];

    /// <summary>Rules whose finds become a keyed hash instead of the rule's name.</summary>
    public List<string> Hash { get; set; } = [];

    /// <summary>The key of those hashes, at least 16 characters.</summary>
    public string HashKey { get; set; } = "";

    /// <summary>Session, user and request ids as well.</summary>
    public bool Ids { get; set; }

    internal SpanRedactor Redactor() =>
        new(new(AllRules(), Hash.ToHashSet(StringComparer.Ordinal), System.Text.Encoding.UTF8.GetBytes(HashKey)), Ids);

    /// <summary>Why these options cannot be used; null when they can.</summary>
    internal string? Fault()
    {
        try
        {
            var names = AllRules().Select(rule => rule.Name).ToList();
            return Hash.Except(names).FirstOrDefault() is { } unknown ? $"Redaction:Hash names the rule '{unknown}', which is not in use."
                : Hash.Count > 0 && HashKey.Length < 16 ? "Redaction:HashKey needs at least 16 characters when Redaction:Hash names rules."
                : null;
        }
        catch (ArgumentException exception)
        {
            return $"Redaction: {exception.Message}";
        }
    }

    private List<RedactionRule> AllRules()
    {
        if (Rules.Find(name => BuiltInRules.All.All(rule => rule.Name != name)) is { } unknown)
        {
            throw new ArgumentException($"there is no rule '{unknown}'; there are {string.Join(", ", BuiltInRules.All.Select(rule => rule.Name))}.");
        }

        return
        [
            .. Own.Select(own => RedactionRule.Own(own.Key, own.Value)),
            .. BuiltInRules.All.Where(rule => Rules.Count == 0 || Rules.Contains(rule.Name)),
        ];
    }
}

internal sealed class RedactionOptionsCheck : IValidateOptions<RedactionOptions>
{
    public ValidateOptionsResult Validate(string? name, RedactionOptions options) =>
        options.Fault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
