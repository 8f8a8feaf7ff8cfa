using LlmObs.Domain;
using LlmObs.Domain.Quality;
using LlmObs.Storage.Quality;
using LlmObs.Web.Search;
using LlmObs.Web.Shell;

namespace LlmObs.Web.Quality;

/// <summary>The state of the quality page, all of it: what its address says.</summary>
/// <param name="Now">Where a range such as the last seven days ends; a whole second.</param>
public sealed record QualityAddress(Project Project, TimeRange Range, DateTimeOffset Now)
{
    public static readonly IReadOnlyList<string> Presets = [Today, "24h", "3d", "7d", "14d", "30d"];

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

    /// <summary>The range that is the reader's day so far.</summary>
    public const string Today = "today";

    private const string None = "without";
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

    public static QualityAddress Read(IQueryCollection query, Project project, ViewerZone zone)
    {
        var now = zone.Now.AddTicks(-(zone.Now.Ticks % TimeSpan.TicksPerSecond));
        return new(project, ReadRange(query, zone, now), now)
        {
            Service = TextOrNone(query, "service"),
            Release = TextOrNone(query, "release"),
            Environment = TextOrNone(query, "environment"),
            User = TextOrNone(query, "user"),
            Model = Text(query, "model"),
            Prompt = Text(query, "prompt"),
            Tag = Text(query, "tag"),
            Chosen = Measures.FirstOrDefault(measure => measure.Key == query["measure"]),
            By = Groups.FirstOrDefault(group => group == query["by"]) ?? Groups[0],
            A = Text(query, "a"),
            B = Text(query, "b"),
            Zone = Text(query, "tz"),
        };
    }

    public bool IsToday => Range.Last == Today;

    public string Url => Links.Quality(Project, Pairs);

    /// <summary>A file of what the page shows.</summary>
    /// <param name="handler"><c>csv</c> for the breakdown, <c>trend</c> for the days or hours.</param>
    public string File(string handler) => Links.Quality(Project, [.. Pairs, ("handler", handler)]);

    public IReadOnlyList<(string Key, string? Value)> Pairs =>
        [.. Period, .. Dimensions, ("measure", Chosen?.Key), ("by", By == Groups[0] ? null : By), ("a", A), ("b", B)];

    /// <summary>The conditions that narrow the page, as they stand in the address: what requests do not say, for example the user, is <c>without=user</c>.</summary>
    public IReadOnlyList<(string Key, string? Value)> Dimensions => [.. Conditions.Select(pair => pair.Value is "" ? (None, pair.Key) : pair)];

    /// <summary>The same as key and value; a value is empty where requests do not say it.</summary>
    public IReadOnlyList<(string Key, string? Value)> Conditions =>
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

    public QualityFilter Filter()
    {
        var (from, to) = Range.Window(Now);
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

    /// <summary>The time that this one is compared with: as long, right before; today with the same hours of yesterday.</summary>
    public QualityFilter Earlier(QualityFilter filter)
    {
        var by = IsToday ? TimeSpan.FromDays(1) : filter.To - filter.From;
        return filter with { From = filter.From - by, To = filter.To - by };
    }

    /// <summary>The part of its time between these.</summary>
    public QualityAddress Within(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = Range.Window(Now);
        return this with { Range = TimeRange.Between(from > first ? from : first, to < last ? to : last) };
    }

    /// <summary>The requests behind a number of this page: of the very time it was counted in.</summary>
    public string Requests(
        RequestPart part = RequestPart.All,
        RequestOrder order = RequestOrder.Newest,
        params IEnumerable<(string Key, string? Value)> more
    ) =>
        Links.QualityRequests(
            Project,
            [
                .. Within(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).Period,
                .. Dimensions,
                ("part", part == RequestPart.All ? null : part.ToString()),
                ("order", order == RequestOrder.Newest ? null : order.ToString()),
                .. more,
            ]
        );

    /// <summary>The requests behind a measure: those that pull a rate of success down, else those it is made of.</summary>
    public static RequestPart PartOf(Measure measure) =>
        measure.Key switch
        {
            "sql_executable" => RequestPart.SqlFailed,
            "sql_final" => RequestPart.SqlFinalFailed,
            "data_valid" => RequestPart.DataInvalid,
            "first_token_p50" or "first_token_p95" or "first_token_p99" => RequestPart.Streamed,
            "satisfaction" => RequestPart.Rated,
            "errors" => RequestPart.Failed,
            "traced" => RequestPart.Kept,
            "evaluated" => RequestPart.Evaluated,
            "labelled" => RequestPart.Labelled,
            "tokens" => RequestPart.Metered,
            "cost" => RequestPart.Priced,
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

    private static TimeRange ReadRange(IQueryCollection query, ViewerZone zone, DateTimeOffset now) =>
        query["range"] == Today ? new(Today, zone.FromWallClock(now.Date), now)
        : query.ContainsKey("range") || query.ContainsKey("from") || query.ContainsKey("to")
            ? TimeRange.Read(query["range"], query["from"], query["to"], now, zone.FromWallClock)
        : Week;

    private static string? TextOrNone(IQueryCollection query, string key) => query[None].Contains(key) ? "" : Text(query, key);

    private static string? Text(IQueryCollection query, string key) => query[key] is [{ Length: > 0 and <= 800 } text, ..] ? text : null;
}
