using LlmObs.Domain.Spans;
using LlmObs.Web.Pages.Traces;

namespace LlmObs.Web.Pages.Compare;

/// <summary>A value that two steps have in the same place; null where one has none.</summary>
/// <param name="Label">A role, or input, query, output.</param>
public sealed record ComparedValue(string Label, string? Left, string? Right)
{
    public bool IsEqual => Left == Right;

    /// <summary>Everything two steps were told and said, place by place: the second message of a role beside the second of that role.</summary>
    public static IReadOnlyList<ComparedValue> Of(SpanRecord? left, SpanRecord? right)
    {
        var (a, b) = (Values(left), Values(right));
        return
        [
            .. a
                .Keys.Concat(b.Keys.Where(key => !a.ContainsKey(key)))
                .Select(key => new ComparedValue(key.Label, a.GetValueOrDefault(key), b.GetValueOrDefault(key))),
        ];
    }

    private static Dictionary<(string Label, int Number), string> Values(SpanRecord? record)
    {
        var values = new Dictionary<(string, int), string>();
        if (record is not null)
        {
            var messages = record.Content.Messages.Select(message => (message.Role, string.Join("\n\n", message.Parts.Select(CardPart.TextOf))));
            foreach (var (label, text) in messages.Concat(SpanPanel.ValuesOf(record).Select(value => (value.Label, value.Text))))
            {
                var number = 1;
                while (!values.TryAdd((label, number), text))
                {
                    number++;
                }
            }
        }

        return values;
    }
}
