using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace LlmObs.Quality.DingTalk;

/// <summary>Reads answers: a body of the expected shape, or the service's error.</summary>
internal static class DingTalkAnswer
{
    /// <exception cref="DingTalkException">The service refused.</exception>
    public static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellationToken)
                ?? throw new DingTalkException("EmptyAnswer", "The service answered with nothing.");
        }

        var error = await ErrorAsync(response, cancellationToken);
        var code = error?.Code ?? ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        throw new DingTalkException(
            code,
            error?.Message ?? response.ReasonPhrase ?? "",
            response.StatusCode == HttpStatusCode.TooManyRequests || code.StartsWith("Throttling", StringComparison.OrdinalIgnoreCase)
        );
    }

    private static async Task<ErrorAnswer?> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<ErrorAnswer>(JsonSerializerOptions.Web, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record ErrorAnswer(string? Code, string? Message);
}
