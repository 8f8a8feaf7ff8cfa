using System.Text.Json;

namespace LlmObs.LocalHost;

/// <summary>What a project's <c>Properties/launchSettings.json</c> says about running it: its first profile of kind Project.</summary>
internal sealed record LaunchSettings(int Port, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <exception cref="InvalidDataException">There is no profile with an http address.</exception>
    public static LaunchSettings Of(IProjectMetadata project)
    {
        var path = Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, "Properties", "launchSettings.json");
        return Parse(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} has no profile with an http applicationUrl.");
    }

    internal static LaunchSettings? Parse(string json)
    {
        var profile = JsonSerializer.Deserialize<LaunchFile>(json, Json)?.Profiles.Values.FirstOrDefault(profile => profile.CommandName == "Project");
        var url = profile?.ApplicationUrl?.Split(';').FirstOrDefault(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        return url is null ? null : new LaunchSettings(new Uri(url).Port, profile!.EnvironmentVariables ?? []);
    }

    private sealed record LaunchFile(Dictionary<string, LaunchProfile> Profiles);

    private sealed record LaunchProfile(string? CommandName, string? ApplicationUrl, Dictionary<string, string>? EnvironmentVariables);
}
