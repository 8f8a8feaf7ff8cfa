using System.Text.Json;

namespace LlmObs.Tests.Sls;

/// <summary>Requests of official clients, captured, and the signature vectors of their own tests.</summary>
internal static class SlsFixtures
{
    public static JsonElement Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "fixtures", "sls", file)));
        return document.RootElement.Clone();
    }

    public static Dictionary<string, string> Map(JsonElement members) =>
        members.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);

    public static string Text(JsonElement holder, string name) => holder.GetProperty(name).GetString()!;
}
