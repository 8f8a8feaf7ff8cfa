namespace LlmObs.Storage.Dify;

/// <summary>Dify's database cannot be read now: away, too slow, or of a shape we do not know. What was read stays; the rest is read later.</summary>
public sealed class DifyUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
