namespace LlmObs.Web.Rendering;

/// <summary>What a value is, as far as showing it goes.</summary>
public enum TextFormat
{
    Text,
    Markdown,
    Json,
    Sql,

    /// <summary>A prompt cut into named parts by tags: <c>&lt;documents&gt; … &lt;/documents&gt;</c>.</summary>
    Tagged,

    Yaml,
    Code,
    StackTrace,
}
