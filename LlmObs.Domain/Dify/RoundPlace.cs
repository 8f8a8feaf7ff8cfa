using System.Globalization;
using System.Text.Json;

namespace LlmObs.Domain.Dify;

/// <summary>Which rounds of which containers a node ran in, as the node itself says it: by canvas ids. With the run it names the round, whoever tells of it.</summary>
/// <param name="Path">Of all containers around it.</param>
/// <param name="Kind">Of the innermost that is known: <c>iteration</c> or <c>loop</c>.</param>
/// <param name="ContainerId">Its canvas id.</param>
/// <param name="Index">Its round, from 0.</param>
public sealed record RoundPlace(string Path, string Kind, string ContainerId, int Index)
{
    private static readonly string[] Kinds = ["iteration", "loop"];

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Kind}[{Index}]");

    /// <summary>Where a node ran; null outside every container.</summary>
    public static RoundPlace? Of(JsonElement? metadata) => Around(metadata) is [.., var inner] all ? inner with { Path = Join(all) } : null;

    /// <summary>Each round a node says it ran in, alone; a loop inside an iteration is named beside it.</summary>
    public static IReadOnlyList<RoundPlace> Around(JsonElement? metadata)
    {
        var places = new List<RoundPlace>(2);
        foreach (var kind in metadata is null ? [] : Kinds)
        {
            if (metadata!.Value.Text($"{kind}_id") is { Length: > 0 } id)
            {
                var index = (int)Math.Clamp(metadata.Value.Number($"{kind}_index") ?? 0, 0, int.MaxValue);
                places.Add(new(string.Create(CultureInfo.InvariantCulture, $"{kind}:{id}:{index}"), kind, id, index));
            }
        }

        return places;
    }

    /// <summary>The rounds a container says it had, by the times it keeps of them.</summary>
    public static IEnumerable<RoundPlace> Within(string kind, string nodeId, JsonElement? metadata)
    {
        if (!Kinds.Contains(kind) || metadata?.Member($"{kind}_duration_map") is not { ValueKind: JsonValueKind.Object } durations)
        {
            yield break;
        }

        var around = Around(metadata).Where(place => place.Kind != kind).ToList();
        foreach (var round in durations.EnumerateObject())
        {
            if (int.TryParse(round.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            {
                var own = new RoundPlace($"{kind}:{nodeId}:{round.Name}", kind, nodeId, index);
                yield return own with
                {
                    Path = Join([.. around, own]),
                };
            }
        }
    }

    private static string Join(IEnumerable<RoundPlace> places) => string.Join('/', places.Select(place => place.Path).Order(StringComparer.Ordinal));
}
