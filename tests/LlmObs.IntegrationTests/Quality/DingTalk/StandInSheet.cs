using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmObs.IntegrationTests.Quality.DingTalk;

/// <summary>A column of the stand-in.</summary>
public sealed class StandInField(string id, string name, string type, IReadOnlyList<string> options)
{
    public string Id => id;
    public string Name { get; set; } = name;

    public JsonObject Json() =>
        new()
        {
            ["id"] = id,
            ["name"] = Name,
            ["type"] = type,
            ["property"] =
                options.Count == 0 ? null : new JsonObject { ["choices"] = new JsonArray([.. options.Select((option, i) => Option(option, i))]) },
        };

    /// <summary>Takes a value in the form of writing and keeps it in the form of reading; refuses any other form.</summary>
    public JsonNode? Keep(JsonNode? written) =>
        (type, written?.GetValueKind()) switch
        {
            (_, null) => null,
            ("text", JsonValueKind.String) => written!.DeepClone(),
            ("number", JsonValueKind.Number or JsonValueKind.String) => written!.ToString(),
            ("singleSelect", JsonValueKind.String) => Chosen((string)written!),
            ("multipleSelect", JsonValueKind.Array) => new JsonArray([.. ((JsonArray)written!).Select(option => Chosen((string)option!))]),
            ("url", JsonValueKind.Object) => TableStandIn.Members((JsonObject)written!, "text", "link").DeepClone(),
            _ => throw new RefusalException(400, "InvalidParameter.Value", $"{Name} is {type} and takes no {written!.ToJsonString()}."),
        };

    private JsonObject Chosen(string option) =>
        options.ToList().IndexOf(option) is >= 0 and var place
            ? Option(option, place)
            : throw new RefusalException(400, "InvalidParameter.Option", $"{Name} has no option {option}.");

    private static JsonObject Option(string name, int place) => new() { ["id"] = $"opt{place}", ["name"] = name };
}

/// <summary>A row of the stand-in: by field id, in the form of reading.</summary>
public sealed class StandInRecord(string id)
{
    public string Id => id;
    public Dictionary<string, JsonNode?> Values { get; } = [];
    public string ModifiedBy { get; set; } = "";
}

/// <summary>A sheet of the stand-in, and what people do in it.</summary>
public sealed class StandInSheet(string id, string name)
{
    private readonly Dictionary<string, JsonArray> inserted = [];

    public string Id => id;
    public string Name => name;
    public List<StandInField> Fields { get; } = [];
    public List<StandInRecord> Records { get; } = [];

    /// <summary>What people see in a cell, by the column's present name.</summary>
    public string? Text(StandInRecord record, string column) =>
        record.Values.GetValueOrDefault(Field(column).Id) switch
        {
            JsonObject { } option => (string?)(option["name"] ?? option["link"]),
            JsonArray many => string.Join('|', many.Select(option => (string?)option!["name"])),
            var value => (string?)value,
        };

    public StandInRecord Row(string column, string text) => Records.Single(record => Text(record, column) == text);

    /// <summary>Somebody types into a cell.</summary>
    public void Edit(StandInRecord record, string column, JsonNode? written, string unionId)
    {
        record.Values[Field(column).Id] = Field(column).Keep(written);
        record.ModifiedBy = unionId;
    }

    public void Rename(string column, string to) => Field(column).Name = to;

    public void Remove(string column) => Fields.Remove(Field(column));

    internal StandInField AddField(string fieldId, JsonObject body)
    {
        var options = body["property"]?["choices"] is JsonArray choices ? choices.Select(choice => (string)choice!["name"]!).ToList() : [];
        var type = (string)body["type"]!;
        if (type is not ("text" or "number" or "singleSelect" or "multipleSelect" or "date" or "url"))
        {
            throw new RefusalException(400, "InvalidParameter.Type", $"There is no type {type}.");
        }

        Fields.Add(new(fieldId, (string)body["name"]!, type, options));
        return Fields[^1];
    }

    internal JsonObject List(JsonObject body)
    {
        var most = (int?)body["maxResults"] ?? 100;
        if (most is < 1 or > 100)
        {
            throw new RefusalException(400, "InvalidParameter.maxResults", "maxResults is 1 to 100.");
        }

        var start = body["nextToken"] is { } token ? int.Parse((string)token!, CultureInfo.InvariantCulture) : 0;
        var hasMore = start + most < Records.Count;
        return new()
        {
            ["records"] = new JsonArray([.. Records.Skip(start).Take(most).Select(Json)]),
            ["hasMore"] = hasMore,
            ["nextToken"] = hasMore ? (start + most).ToString(CultureInfo.InvariantCulture) : null,
        };
    }

    internal JsonObject Insert(JsonObject body, string? clientToken, Func<string> newId, string by)
    {
        if (clientToken is not null && !Guid.TryParse(clientToken, out _))
        {
            throw new RefusalException(400, "InvalidParameter.clientToken", "clientToken is a UUID.");
        }

        if (clientToken is not null && inserted.TryGetValue(clientToken, out var before))
        {
            return new() { ["value"] = before.DeepClone() };
        }

        var made = new JsonArray();
        foreach (var sent in Sent(body))
        {
            var record = new StandInRecord(newId());
            Put(record, TableStandIn.Members(sent, "fields"), by);
            Records.Add(record);
            made.Add((JsonNode)new JsonObject { ["id"] = record.Id });
        }

        if (clientToken is not null)
        {
            inserted[clientToken] = made;
        }

        return new() { ["value"] = made.DeepClone() };
    }

    internal JsonObject Update(JsonObject body, string by)
    {
        var sent = Sent(body).Select(change => TableStandIn.Members(change, "id", "fields")).ToList();
        foreach (var change in sent)
        {
            Put(Find((string)change["id"]!), change, by);
        }

        return TableStandIn.Listed(sent.Select(change => (JsonNode)new JsonObject { ["id"] = (string)change["id"]! }));
    }

    internal JsonObject Delete(JsonObject body)
    {
        foreach (var recordId in (JsonArray)body["recordIds"]!)
        {
            Records.Remove(Find((string)recordId!));
        }

        return new() { ["success"] = true };
    }

    private static List<JsonObject> Sent(JsonObject body) =>
        body["records"] is JsonArray { Count: > 0 and <= 100 } sent
            ? [.. sent.Select(record => (JsonObject)record!)]
            : throw new RefusalException(400, "InvalidParameter.records", "1 to 100 records are written at one time.");

    private void Put(StandInRecord record, JsonObject sent, string by)
    {
        foreach (var (column, value) in (JsonObject)sent["fields"]!)
        {
            record.Values[Field(column).Id] = Field(column).Keep(value);
        }

        record.ModifiedBy = by;
    }

    private JsonNode Json(StandInRecord record)
    {
        var fields = new JsonObject();
        foreach (var field in Fields.Where(field => record.Values.GetValueOrDefault(field.Id) is not null))
        {
            fields[field.Name] = record.Values[field.Id]!.DeepClone();
        }

        return new JsonObject
        {
            ["id"] = record.Id,
            ["fields"] = fields,
            ["createdTime"] = 1,
            ["lastModifiedTime"] = 1,
            ["createdBy"] = new JsonObject { ["unionId"] = TableStandIn.Operator },
            ["lastModifiedBy"] = new JsonObject { ["unionId"] = record.ModifiedBy },
        };
    }

    private StandInField Field(string column) =>
        Fields.FirstOrDefault(field => field.Name == column || field.Id == column)
        ?? throw new RefusalException(400, "InvalidParameter.Field", $"There is no field {column}.");

    private StandInRecord Find(string recordId) =>
        Records.FirstOrDefault(record => record.Id == recordId)
        ?? throw new RefusalException(404, "InvalidRecord.NotFound", $"There is no record {recordId}.");
}
