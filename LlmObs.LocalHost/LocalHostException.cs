namespace LlmObs.LocalHost;

/// <summary>Something the person at the keyboard can put right; the message says how, and is all that is printed.</summary>
public sealed class LocalHostException(string message) : Exception(message);
