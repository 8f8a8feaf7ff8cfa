namespace LlmObs.Sls.Emulator.Sql;

/// <summary>A place on earth as a text of ten characters, of which neighbours share the first ones.</summary>
internal static class Geohash
{
    private const string Digits = "0123456789bcdefghjkmnpqrstuvwxyz";
    private const int Length = 10;
    private const int BitsOfDigit = 5;

    /// <exception cref="ArgumentException">Beyond 90 or 180 degrees.</exception>
    public static string Of(double latitude, double longitude)
    {
        if (!(Math.Abs(latitude) <= 90 && Math.Abs(longitude) <= 180))
        {
            throw new ArgumentException("geohash takes a latitude within 90 and a longitude within 180 degrees");
        }
        var (west, east) = (-180.0, 180.0);
        var (south, north) = (-90.0, 90.0);
        var digits = new char[Length];
        for (var i = 0; i < Length; i++)
        {
            var digit = 0;
            for (var bit = 0; bit < BitsOfDigit; bit++)
            {
                var isUpper = (i * BitsOfDigit + bit) % 2 == 0 ? Halve(longitude, ref west, ref east) : Halve(latitude, ref south, ref north);
                digit = digit * 2 + (isUpper ? 1 : 0);
            }
            digits[i] = Digits[digit];
        }
        return new string(digits);
    }

    private static bool Halve(double value, ref double low, ref double high)
    {
        var middle = (low + high) / 2;
        var isUpper = value >= middle;
        (low, high) = isUpper ? (middle, high) : (low, middle);
        return isUpper;
    }
}
