namespace LlmObs.Web.Pages.Traces;

/// <summary>
/// Which rows a page of the tree draws. Up to a thousand: all. Of more, the blocks around where the reader stands; the others keep
/// their place and come when they are scrolled to, or by the link that stands in them.
/// </summary>
/// <param name="Rows">How many there are.</param>
/// <param name="From">The row the reader asked to begin at.</param>
/// <param name="Selected">The row of the selected span.</param>
public sealed record TreeWindow(int Rows, int From, int Selected)
{
    public const int Block = 100;
    public const int DrawnWhole = 1000;

    private const int Around = 60;

    public int Blocks => (Rows + Block - 1) / Block;

    public bool IsWhole => Rows <= DrawnWhole;

    public static int First(int block) => block * Block;

    /// <summary>The row after the block's last.</summary>
    public int End(int block) => Math.Min(Rows, First(block) + Block);

    /// <summary>The last block is always drawn: the others are all of one height.</summary>
    public bool IsDrawn(int block) =>
        IsWhole || block == Blocks - 1 || Meets(block, From, From + Block) || Meets(block, Selected - Around, Selected + Around);

    private bool Meets(int block, int from, int to) => First(block) < to && End(block) > from;
}
