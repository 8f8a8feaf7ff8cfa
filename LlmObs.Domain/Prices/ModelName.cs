using System.Text.RegularExpressions;

namespace LlmObs.Domain.Prices;

/// <summary>The names a model goes by: hosts, gateways and clouds decorate what its vendor calls it.</summary>
public static partial class ModelName
{
    /// <summary>
    /// From the name as sent to the plainest, each with what is left of it: without the path in front
    /// (<c>openai/gpt-4o</c>, <c>projects/…/models/gemini-2.5-pro</c>), without Bedrock's region, vendor and version
    /// (<c>us.anthropic.claude-3-haiku-20240307-v1:0</c>), without the snapshot (<c>-2024-08-06</c>, <c>@20240620</c>, <c>-latest</c>).
    /// </summary>
    /// <returns>Lower case, most specific first; the last may be a family's name, which a price can refuse.</returns>
    public static IReadOnlyList<string> Forms(string sent)
    {
        var forms = new List<string>();
        var name = sent.Trim().ToLowerInvariant();
        Add(name);
        Add(name = name[(name.LastIndexOf('/') + 1)..]);
        Add(name = Cloud().Replace(name, ""));
        Add(name = CloudVersion().Replace(name, ""));
        Add(name.Replace('@', '-'));
        Add(Snapshot().Replace(name, ""));
        return forms;

        void Add(string form)
        {
            if (form.Length > 0 && !forms.Contains(form))
            {
                forms.Add(form);
            }
        }
    }

    /// <summary>The host that the name itself says, as in <c>groq/llama-3.3-70b-versatile</c>; null when there is none.</summary>
    public static string? Host(string sent)
    {
        var slash = sent.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? sent[..slash].Trim().ToLowerInvariant() : null;
    }

    [GeneratedRegex(
        @"^(?:(?:us|eu|apac|global|us-gov|jp|au)\.)?(?:anthropic|meta|mistral|amazon|cohere|deepseek|ai21)\.",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Cloud();

    [GeneratedRegex(@"(?:-v\d+)?:\d+$", RegexOptions.NonBacktracking)]
    private static partial Regex CloudVersion();

    [GeneratedRegex(@"(?:[-@](?:latest|\d{4}-\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|default)|-v\d+)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Snapshot();
}
