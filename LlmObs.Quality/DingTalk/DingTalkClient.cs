using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace LlmObs.Quality.DingTalk;

/// <summary>AI tables (Notable), as the service's HTTP API has them: only what an exchange needs.</summary>
/// <remarks>
/// Every call carries the token and the operator. A token that is no longer taken is renewed once; a call that came too early is tried again, a little later
/// each time. Nothing else is retried here: the loop comes again.
/// </remarks>
public sealed class DingTalkClient(HttpClient http, DingTalkToken tokens, CallPace pace, IOptions<DingTalkOptions> options, TimeProvider time)
{
    /// <summary>Rows of one call, to read and to write.</summary>
    public const int PageSize = 100;

    public async Task<IReadOnlyList<TableSheet>> SheetsAsync(string baseId, CancellationToken cancellationToken) =>
        (await CallAsync<Listed<TableSheet>>(HttpMethod.Get, Base(baseId) + "/sheets", null, null, cancellationToken)).Value;

    public Task<TableSheet> CreateSheetAsync(string baseId, string name, IReadOnlyList<NewField> fields, CancellationToken cancellationToken) =>
        CallAsync<TableSheet>(HttpMethod.Post, Base(baseId) + "/sheets", null, new { name, fields }, cancellationToken);

    public async Task<IReadOnlyList<TableField>> FieldsAsync(string baseId, string sheetId, CancellationToken cancellationToken) =>
        (await CallAsync<Listed<TableField>>(HttpMethod.Get, Sheet(baseId, sheetId) + "/fields", null, null, cancellationToken)).Value;

    /// <summary>Makes a column and returns its id.</summary>
    public async Task<string> CreateFieldAsync(string baseId, string sheetId, NewField field, CancellationToken cancellationToken) =>
        (await CallAsync<Identified>(HttpMethod.Post, Sheet(baseId, sheetId) + "/fields", null, field, cancellationToken)).Id;

    /// <summary>Every row, page by page.</summary>
    public async Task<IReadOnlyList<TableRecord>> RecordsAsync(string baseId, string sheetId, CancellationToken cancellationToken)
    {
        var all = new List<TableRecord>();
        for (string? nextToken = null; ; )
        {
            var page = await CallAsync<RecordPage>(
                HttpMethod.Post,
                Sheet(baseId, sheetId) + "/records/list",
                null,
                new { maxResults = PageSize, nextToken },
                cancellationToken
            );
            all.AddRange(page.Records);
            if (!page.HasMore || string.IsNullOrEmpty(page.NextToken))
            {
                return all;
            }

            nextToken = page.NextToken;
        }
    }

    /// <summary>Inserts at most <see cref="PageSize"/> rows and returns their ids in order. The same token again inserts nothing.</summary>
    public async Task<IReadOnlyList<string>> InsertAsync(
        string baseId,
        string sheetId,
        IReadOnlyList<RecordWrite> records,
        Guid clientToken,
        CancellationToken cancellationToken
    ) =>
        [
            .. (
                await CallAsync<Listed<Identified>>(
                    HttpMethod.Post,
                    Sheet(baseId, sheetId) + "/records",
                    clientToken,
                    new { records = records.Select(record => new { fields = record.Fields }) },
                    cancellationToken
                )
            ).Value.Select(made => made.Id),
        ];

    /// <summary>Changes at most <see cref="PageSize"/> rows; fields that are not named stay.</summary>
    public Task UpdateAsync(string baseId, string sheetId, IReadOnlyList<RecordWrite> records, CancellationToken cancellationToken) =>
        CallAsync<Listed<Identified>>(
            HttpMethod.Put,
            Sheet(baseId, sheetId) + "/records",
            null,
            new { records = records.Select(record => new { id = record.Id, fields = record.Fields }) },
            cancellationToken
        );

    private async Task<T> CallAsync<T>(HttpMethod method, string path, Guid? clientToken, object? body, CancellationToken cancellationToken)
    {
        var isRenewed = false;
        for (var retry = 0; ; )
        {
            var token = await tokens.GetAsync(cancellationToken);
            await pace.TurnAsync(cancellationToken);
            using var request = new HttpRequestMessage(method, Address(path, clientToken));
            request.Headers.Add("x-acs-dingtalk-access-token", token);
            request.Content = body is null ? null : JsonContent.Create(body, options: Written);
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Unauthorized && !isRenewed)
            {
                isRenewed = true;
                tokens.Forget(token);
                continue;
            }

            try
            {
                return await DingTalkAnswer.ReadAsync<T>(response, cancellationToken);
            }
            catch (DingTalkException exception) when (exception.IsThrottled && retry < CallPace.MaxRetries)
            {
                await Task.Delay(CallPace.After(retry++, response.Headers.RetryAfter?.Delta), time, cancellationToken);
            }
        }
    }

    private Uri Address(string path, Guid? clientToken)
    {
        var query = $"?operatorId={Uri.EscapeDataString(options.Value.OperatorId ?? "")}";
        return new(new Uri(options.Value.BaseUrl), path + query + (clientToken is { } token ? $"&clientToken={token}" : ""));
    }

    private static string Base(string baseId) => $"/v1.0/notable/bases/{Uri.EscapeDataString(baseId)}";

    private static string Sheet(string baseId, string sheetId) => $"{Base(baseId)}/sheets/{Uri.EscapeDataString(sheetId)}";

    private static readonly JsonSerializerOptions Written = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Listed<T>(IReadOnlyList<T> Value);

    private sealed record Identified(string Id);

    private sealed record RecordPage(IReadOnlyList<TableRecord> Records, bool HasMore, string? NextToken);
}
