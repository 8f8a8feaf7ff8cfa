namespace LlmObs.Storage.Access;

/// <summary>One-time login links: a token opens one session, once, within its time.</summary>
public sealed class LoginLinks
{
    /// <summary>Registers a token. Registering a used one again does not revive it.</summary>
    public Task OfferAsync(string token, TimeSpan lifetime, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>True exactly once for an offered token in time.</summary>
    public Task<bool> RedeemAsync(string token, CancellationToken cancellationToken) => throw new NotImplementedException();
}
