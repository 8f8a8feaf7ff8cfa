namespace LlmObs.Domain.Quality;

/// <summary>The Beta distribution: where the k-th smallest of n uniform numbers stands is Beta(k, n−k+1).</summary>
public static class Beta
{
    private const double Precision = 1e-12;
    private static readonly double[] Lanczos =
    [
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7,
    ];

    /// <summary>The x below which a share <paramref name="p"/> of Beta(a, b) lies, by bisection.</summary>
    /// <param name="a">At least 1; so is <paramref name="b"/>.</param>
    public static double Quantile(double p, double a, double b)
    {
        var (low, high) = (0.0, 1.0);
        while (high - low > Precision)
        {
            var middle = (low + high) / 2;
            (low, high) = Distribution(middle, a, b) < p ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>The share of Beta(a, b) below x.</summary>
    public static double Distribution(double x, double a, double b)
    {
        if (x is <= 0 or >= 1)
        {
            return x <= 0 ? 0 : 1;
        }

        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        // The fraction converges on the side of the mean where x is.
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - front * Fraction(1 - x, b, a) / b;
    }

    // Lentz's way through the continued fraction of the incomplete beta function.
    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var d = 1 / NotZero(1 - (a + b) * x / (a + 1));
        var (c, value) = (1.0, d);
        for (var m = 1; m < 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            (d, c) = (1 / NotZero(1 + even * d), NotZero(1 + even / c));
            value *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            (d, c) = (1 / NotZero(1 + odd * d), NotZero(1 + odd / c));
            value *= d * c;
            if (Math.Abs(d * c - 1) < Precision)
            {
                break;
            }
        }

        return value;

        static double NotZero(double number) => Math.Abs(number) < Tiny ? Tiny : number;
    }

    private static double LogGamma(double x)
    {
        x -= 1;
        var sum = 0.99999999999980993;
        for (var i = 0; i < Lanczos.Length; i++)
        {
            sum += Lanczos[i] / (x + i + 1);
        }

        var t = x + Lanczos.Length - 0.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x + 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
