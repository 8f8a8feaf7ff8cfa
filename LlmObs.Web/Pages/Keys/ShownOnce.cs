using LlmObs.Storage.Access;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace LlmObs.Web.Pages.Keys;

/// <summary>Carries a new secret over the redirect to the page that shows it, in an encrypted cookie that ends with being read.</summary>
internal static class ShownOnce
{
    private const string Secret = "key-secret";
    private const string PublicKey = "key-public";
    private const string Id = "key-id";

    public static void KeepSecret(this ITempDataDictionary data, NewSecret made) =>
        (data[Id], data[PublicKey], data[Secret]) = (made.Id, made.PublicKey, made.Secret);

    /// <summary>The secret of that key, if it was just made or rotated, and never again.</summary>
    public static NewSecret? TakeSecret(this ITempDataDictionary data, Guid id) =>
        data[Id] is Guid kept && data[PublicKey] is string publicKey && data[Secret] is string secret && kept == id
            ? new(id, publicKey, secret)
            : null;
}
