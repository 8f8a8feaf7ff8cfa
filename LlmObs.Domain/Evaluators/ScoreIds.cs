using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LlmObs.Domain.Scores;

namespace LlmObs.Domain.Evaluators;

/// <summary>Ids of the scores evaluators give: <c>{evaluator}:{version}:{traceId}:{spanId}:{name}</c>.</summary>
public static class ScoreIds
{
    /// <summary>The whole id, or where that is too long its evaluator and version with a hash of the rest.</summary>
    public static string Of(string evaluator, int version, string traceId, string spanId, string name)
    {
        var start = Start(evaluator, version);
        var rest = $"{traceId}:{spanId}:{name}";
        return start.Length + rest.Length <= ScoreRules.MaxId
            ? start + rest
            : start + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rest)));
    }

    /// <summary>What the ids of one version begin with.</summary>
    public static string Start(string evaluator, int version) => string.Create(CultureInfo.InvariantCulture, $"{evaluator}:{version}:");
}
