using System.Reflection;

namespace LlmObs.SqlCopilot;

/// <summary>The prompts, knowledge and SQL files that are compiled into the assembly.</summary>
internal static class Texts
{
    public static string Read(string name)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"There is no embedded file {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
