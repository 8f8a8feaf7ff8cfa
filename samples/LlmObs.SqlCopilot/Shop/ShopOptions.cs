using System.ComponentModel.DataAnnotations;

namespace LlmObs.SqlCopilot.Shop;

/// <summary>The sample shop's database and the role that asks it.</summary>
public sealed class ShopOptions
{
    public const string Section = "Shop";

    /// <summary>The read-only login role, made at start. Roles belong to the whole server: give each of several copilots its own.</summary>
    [Required, RegularExpression("^[a-z_][a-z0-9_]{0,62}$")]
    public string ReaderRole { get; set; } = "shop_reader";

    /// <summary>The role's password, when others read the shop by it too: an evaluator. Unset: a random one at each start, known to this process only.</summary>
    [RegularExpression("^[A-Za-z0-9_-]{16,100}$")]
    public string? ReaderPassword { get; set; }

    /// <summary>A query that runs longer is cancelled by the server, in milliseconds.</summary>
    [Range(100, 60_000)]
    public int StatementTimeoutMs { get; set; } = 2_000;

    /// <summary>Rows read of one result; the rest is left out, and said to be.</summary>
    [Range(1, 10_000)]
    public int MaxRows { get; set; } = 200;
}
