using Google.Protobuf;
using LlmObs.Sls.Emulator.Wire;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>A log group, read, and the bytes it was read from.</summary>
internal sealed record WrittenGroup(LogGroup Group, ReadOnlyMemory<byte> Bytes)
{
    public static WrittenGroup Of(LogGroup group) => new(group, group.ToByteArray());
}
