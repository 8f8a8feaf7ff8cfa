using System.Text.RegularExpressions;
using LlmObs.Domain.Spans;

namespace LlmObs.Web.Pages.Traces;

/// <summary>What Langfuse's clients leave in a prompt where they took a file out of it.</summary>
public sealed partial record MediaReference(string Id, string ContentType)
{
    private const int Most = 50;

    public bool CanBeShown => IsPicture(ContentType);

    /// <summary>True for pictures a browser shows and that cannot hold a script; SVG can.</summary>
    public static bool IsPicture(string contentType) => contentType is "image/png" or "image/jpeg" or "image/gif" or "image/webp";

    /// <summary>The files a span refers to, each once, at most 50.</summary>
    public static IReadOnlyList<MediaReference> In(SpanContent content) =>
        [
            .. new[] { content.Input, content.Output, content.Attributes.Text }
                .SelectMany(text => Reference().Matches(text ?? ""))
                .Select(match => new MediaReference(match.Groups["id"].Value, match.Groups["type"].Value))
                .Distinct()
                .Take(Most),
        ];

    [GeneratedRegex(@"@@@langfuseMedia:type=(?<type>[\w.+/-]{1,100})\|id=(?<id>[\w-]{22})\|source=\w{1,40}@@@")]
    private static partial Regex Reference();
}
