namespace LlmObs.SqlCopilot.Scripted;

/// <summary>Which mistakes the scripted model makes for one question in one step: fixed by their text, spread like dice.</summary>
internal sealed record ScriptedFaults(string Question, string Task)
{
    /// <summary>Takes a column from an outdated example instead of the schema.</summary>
    public bool CopiesOutdatedExample => Percent("example") < 40;

    /// <summary>Does so even though the prompt warns of outdated examples.</summary>
    public bool CopiesThoughWarned => Percent("example") < 14;

    /// <summary>Replaces one guessed column by another.</summary>
    public bool GuessesAgain => Percent("repair") < 20;

    public bool NeverLearns => Percent("repair") < 8;

    /// <summary>Forgets NULLIF, compares everything with everything.</summary>
    public bool IsCareless => Percent("care") < 60;

    /// <summary>Does so even though the prompt names these traps.</summary>
    public bool IsCarelessThoughTold => Percent("care") < 20;

    public bool BreaksJson => Percent("json") < 3;

    public bool Chatters => Percent("json") < 12;

    /// <summary>How many times the request is refused with 429 before it is served.</summary>
    public int Refusals =>
        Percent("limit" + Task) switch
        {
            0 => 5,
            < 4 => 1,
            _ => 0,
        };

    /// <summary>Time until the first token.</summary>
    public TimeSpan Thinking => TimeSpan.FromMilliseconds(120 + 5 * Percent("time" + Task) + (Percent("slow" + Task) < 3 ? 7_000 : 0));

    // FNV-1a: string.GetHashCode differs from process to process.
    private int Percent(string salt)
    {
        var hash = 2_166_136_261u;
        foreach (var c in salt + Question)
        {
            hash = (hash ^ c) * 16_777_619u;
        }

        hash = (hash ^ (hash >> 15)) * 2_246_822_519u;
        return (int)((hash ^ (hash >> 13)) % 100);
    }
}
