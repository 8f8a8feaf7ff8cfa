namespace LlmObs.Sls.Emulator.Http;

/// <summary>A refusal in the service's terms: HTTP status, error code, message.</summary>
public sealed class SlsException(int status, string code, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status => status;

    public string Code => code;

    public static SlsException Invalid(string code, string message) => new(400, code, message);

    /// <summary>What is wrong with a parameter, a search or a statement.</summary>
    public static SlsException Parameter(string message) => new(400, "ParameterInvalid", message);

    public static SlsException Unauthorized(string message) => new(401, "Unauthorized", message);

    public static SlsException SignatureNotMatch(string signature) => new(401, "SignatureNotMatch", $"signature {signature} not matched");

    public static SlsException ProjectNotExist(string project) => new(404, "ProjectNotExist", $"The Project does not exist : {project}");

    public static SlsException LogstoreNotExist(string logstore) => new(404, "LogStoreNotExist", $"logstore {logstore} does not exist");

    public static SlsException IndexNotExist() => new(404, "IndexConfigNotExist", "logstore without index config");

    public static SlsException Unsupported(string operation) => new(400, "ParameterInvalid", $"the SLS emulator does not support {operation}");
}
