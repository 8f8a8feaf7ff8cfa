using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Quality;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Quality;

/// <summary>The state of the quality page, all of it: what its address says.</summary>
public sealed record QualityAddress(Project Project, TimeRange Range)
{
    public static readonly IReadOnlyList<string> Presets = ["24h", "3d", "7d", "14d", "30d"];

    /// <summary>Measures whose trend and breakdown can be looked at.</summary>
    public static readonly IReadOnlyList<Measure> Measures =
    [
        Measure.SqlExecutable,
        Measure.SqlFinal,
        Measure.DataValid,
        Measure.Satisfaction,
        Measure.Errors,
        Measure.TimeP50,
        Measure.FirstTokenP50,
        Measure.Tokens,
        Measure.Cost,
    ];

    public static readonly IReadOnlyList<string> Groups = ["release", "step", "prompt", "model", "service", "user", "tag", "environment"];

    private static readonly TimeRange Week = new("7d");

    public string? Service { get; init; }
    public string? Release { get; init; }
    public string? Environment { get; init; }
    public string? User { get; init; }
    public string? Model { get; init; }
    public string? Prompt { get; init; }
    public string? Tag { get; init; }

    /// <summary>Null: the page chooses one that has something to show.</summary>
    public Measure? Chosen { get; init; }

    /// <summary>One of <see cref="Groups"/>.</summary>
    public string By { get; init; } = Groups[0];

    /// <summary>The releases compared; null: the two newest.</summary>
    public string? A { get; init; }

    public string? B { get; init; }
    public string? Zone { get; init; }

    public static QualityAddress Read(IQueryCollection query, Project project, ViewerZone zone) =>
        new(project, ReadRange(query, zone))
        {
            Service = Text(query, "service"),
            Release = Text(query, "release"),
            Environment = Text(query, "environment"),
            User = Text(query, "user"),
            Model = Text(query, "model"),
            Prompt = Text(query, "prompt"),
            Tag = Text(query, "tag"),
            Chosen = Measures.FirstOrDefault(measure => measure.Key == query["measure"]),
            By = Groups.FirstOrDefault(group => group == query["by"]) ?? Groups[0],
            A = Text(query, "a"),
            B = Text(query, "b"),
            Zone = Text(query, "tz"),
        };

    public string Url => Links.Quality(Project, Pairs);

    public string Csv => Links.Quality(Project, [.. Pairs, ("handler", "csv")]);

    public IReadOnlyList<(string Key, string? Value)> Pairs =>
        [.. Period, .. Dimensions, ("measure", Chosen?.Key), ("by", By == Groups[0] ? null : By), ("a", A), ("b", B)];

    /// <summary>The conditions that narrow the page, as they stand in the address.</summary>
    public IReadOnlyList<(string Key, string? Value)> Dimensions =>
        [
            ("service", Service),
            ("release", Release),
            ("environment", Environment),
            ("user", User),
            ("model", Model),
            ("prompt", Prompt),
            ("tag", Tag),
        ];

    /// <summary>What a form has to carry along besides the fields it asks for itself.</summary>
    public IEnumerable<(string Key, string Value)> KeptBesides(params string[] own) =>
        from pair in Pairs.Append(("project", Project.Name == Project.DefaultName ? null : Project.Name))
        where !string.IsNullOrEmpty(pair.Item2) && !own.Contains(pair.Item1)
        select (pair.Item1, pair.Item2!);

    /// <summary>With one condition set, or taken away by null.</summary>
    public QualityAddress With(string key, string? value) =>
        key switch
        {
            "service" => this with { Service = value },
            "release" => this with { Release = value },
            "environment" => this with { Environment = value },
            "user" => this with { User = value },
            "model" => this with { Model = value },
            "prompt" => this with { Prompt = value },
            "tag" => this with { Tag = value },
            _ => this,
        };

    public QualityFilter Filter(DateTimeOffset now)
    {
        var (from, to) = Range.Window(now);
        return new(Project.Id, from, to)
        {
            Service = Service,
            Release = Release,
            Environment = Environment,
            User = User,
            Model = Model,
            Prompt = Prompt,
            Tag = Tag,
        };
    }

    /// <summary>The requests behind a number of this page.</summary>
    public string Requests(
        RequestPart part = RequestPart.All,
        RequestOrder order = RequestOrder.Newest,
        params IEnumerable<(string Key, string? Value)> more
    ) =>
        Links.QualityRequests(
            Project,
            [
                .. Period,
                .. Dimensions,
                ("part", part == RequestPart.All ? null : part.ToString()),
                ("order", order == RequestOrder.Newest ? null : order.ToString()),
                .. more,
            ]
        );

    /// <summary>The requests that pull a measure down.</summary>
    public static RequestPart PartOf(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" or "sql_final" => RequestPart.SqlFailed,
            "data_valid" => RequestPart.DataInvalid,
            "satisfaction" => RequestPart.Rated,
            "errors" => RequestPart.Failed,
            _ => RequestPart.All,
        };

    public static RequestOrder OrderOf(Measure measure) =>
        measure.Unit switch
        {
            MeasureUnit.Stars => RequestOrder.Unhappiest,
            MeasureUnit.Milliseconds => RequestOrder.Slowest,
            _ => RequestOrder.Newest,
        };

    private (string Key, string? Value)[] Period =>
        [
            ("range", Range == Week ? null : Range.Last),
            ("from", Range.Last is null ? TimeRange.Text(Range.From) : null),
            ("to", Range.Last is null ? TimeRange.Text(Range.To) : null),
            ("tz", Zone),
        ];

    private static TimeRange ReadRange(IQueryCollection query, ViewerZone zone) =>
        query.ContainsKey("range") || query.ContainsKey("from") || query.ContainsKey("to")
            ? TimeRange.Read(query["range"], query["from"], query["to"], zone.Now, zone.FromWallClock)
            : Week;

    private static string? Text(IQueryCollection query, string key) => query[key] is [{ Length: > 0 and <= 800 } text, ..] ? text : null;
}
