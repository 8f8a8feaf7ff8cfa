namespace LlmObs.Domain.Redaction;

/// <summary>Check digits, which tell a number that means something from one that only looks like it.</summary>
public static class Checksums
{
    /// <summary>Resident identity cards of the People's Republic: GB 11643, ISO 7064 MOD 11-2.</summary>
    public static bool IsIdCard(ReadOnlySpan<char> text)
    {
        if (text.Length != 18)
        {
            return false;
        }

        ReadOnlySpan<int> weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            sum += (text[i] - '0') * weights[i];
        }

        return char.ToUpperInvariant(text[17]) == "10X98765432"[sum % 11];
    }

    /// <summary>Luhn over the digits of a card's number, of which there are 15 to 19.</summary>
    public static bool IsLuhn(ReadOnlySpan<char> text)
    {
        var (sum, digits) = (0, 0);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                var digit = (text[i] - '0') * (digits++ % 2 == 0 ? 1 : 2);
                sum += digit > 9 ? digit - 9 : digit;
            }
        }

        return digits is >= 15 and <= 19 && sum % 10 == 0;
    }
}
