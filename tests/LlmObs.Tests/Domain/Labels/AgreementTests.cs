using CsCheck;
using LlmObs.Domain.Labels;

namespace LlmObs.Tests.Domain.Labels;

/// <summary>Golden values from the literature, and what has to hold for any labels.</summary>
public sealed class AgreementTests
{
    private static readonly string[] YesNo = ["yes", "no"];
    private static readonly string[] Scale = ["1", "2", "3", "4", "5"];

    // 50 grant proposals, two readers: both yes 20, both no 15, differing 5 and 10; kappa is 0.4 by the textbook.
    [Fact]
    public void Cohens_kappa_of_fifty_proposals_is_four_tenths()
    {
        var pairs = Repeat(("yes", "yes"), 20).Concat(Repeat(("yes", "no"), 5)).Concat(Repeat(("no", "yes"), 10)).Concat(Repeat(("no", "no"), 15));

        Assert.Equal(0.4, Agreement.Cohen([.. pairs], YesNo)!.Value, 10);
    }

    // Both tables agree in 60 of 100; the one with unequal margins agrees less beyond chance.
    [Theory]
    [InlineData(45, 15, 25, 15, 0.1304)]
    [InlineData(25, 35, 5, 35, 0.2593)]
    public void Cohens_kappa_tells_tables_apart_that_agree_equally_often(int bothYes, int yesNo, int noYes, int bothNo, double expected)
    {
        var pairs = Repeat(("yes", "yes"), bothYes)
            .Concat(Repeat(("yes", "no"), yesNo))
            .Concat(Repeat(("no", "yes"), noYes))
            .Concat(Repeat(("no", "no"), bothNo));

        Assert.Equal(expected, Agreement.Cohen([.. pairs], YesNo)!.Value, 4);
    }

    // Fleiss 1971 as worked in the encyclopedias: ten items, fourteen raters, five categories.
    [Fact]
    public void Fleiss_kappa_of_the_worked_example_is_0_210()
    {
        int[][] counts =
        [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ];
        var items = counts.Select(item => (IReadOnlyList<string>)[.. item.SelectMany((count, category) => Repeat(Scale[category], count))]).ToList();

        Assert.Equal(0.2099, Agreement.Fleiss(items)!.Value, 4);
    }

    [Fact]
    public void On_a_scale_neighbours_disagree_less_than_the_ends()
    {
        (string, string)[] near = [("1", "2"), ("5", "4"), ("3", "3"), ("2", "2")];
        (string, string)[] far = [("1", "5"), ("5", "1"), ("3", "3"), ("2", "2")];

        Assert.True(Agreement.Cohen(near, Scale, Disagreement.Quadratic) > 0.8);
        Assert.True(Agreement.Cohen(far, Scale, Disagreement.Quadratic) < 0);
    }

    [Fact]
    public void It_is_not_defined_without_items_or_when_chance_alone_would_always_agree()
    {
        Assert.Null(Agreement.Cohen([], YesNo));
        Assert.Null(Agreement.Cohen([("yes", "yes"), ("yes", "yes")], YesNo));
        Assert.Null(Agreement.Fleiss([]));
        Assert.Null(
            Agreement.Fleiss([
                ["yes", "yes"],
            ])
        );
    }

    [Fact]
    public void Fleiss_kappa_refuses_items_with_different_numbers_of_labels() =>
        Assert.Throws<ArgumentException>(() =>
            Agreement.Fleiss([
                ["yes", "no"],
                ["yes", "no", "no"],
            ])
        );

    [Fact]
    public void Whoever_says_the_same_agrees_fully_and_order_does_not_matter() =>
        Gen.Select(Gen.Int[0, 4].Select(i => Scale[i]), Gen.Int[0, 4].Select(i => Scale[i]))
            .List[2, 40]
            .Sample(pairs =>
            {
                var kappa = Agreement.Cohen(pairs, Scale);
                var swapped = Agreement.Cohen([.. pairs.Select(pair => (pair.Item2, pair.Item1))], Scale);
                var same = Agreement.Cohen([.. pairs.Select(pair => (pair.Item1, pair.Item1))], Scale);
                Assert.True(kappa is null or <= 1.0000001);
                Assert.Equal(kappa ?? 9, swapped ?? 9, tolerance: 1e-9);
                Assert.True(same is null || Math.Abs(same.Value - 1) < 1e-9);
            });

    [Fact]
    public void A_queue_of_two_people_has_Cohens_kappa_and_of_three_Fleiss()
    {
        var set = new LabelSet("correct", "Right?", LabelKind.Choice, [new("yes"), new("no")], [], null);
        Dictionary<string, string> Said(params (string Who, string What)[] labels) => labels.ToDictionary(label => label.Who, label => label.What);

        var two = QueueAgreement.Of(set, [Said(("ann", "yes"), ("bo", "yes")), Said(("ann", "no"), ("bo", "no")), Said(("ann", "no"))]);
        Assert.Equal((true, 2, 1.0), (two.IsCohen, two.KappaItems, two.Kappa!.Value));

        var three = QueueAgreement.Of(
            set,
            [Said(("ann", "yes"), ("bo", "yes")), Said(("ann", "no"), ("cy", "yes")), Said(("bo", "no"), ("cy", "no"))]
        );
        Assert.Equal((false, 3, 3), (three.IsCohen, three.KappaItems, three.Pairs.Count));
    }

    private static IEnumerable<T> Repeat<T>(T value, int count) => Enumerable.Repeat(value, count);
}
