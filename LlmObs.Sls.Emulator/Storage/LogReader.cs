using LlmObs.Sls.Emulator.Storage.Terms;
using LlmObs.Sls.Emulator.Wire;
using Microsoft.Win32.SafeHandles;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>Reads single logs of the shard log. What was read last is kept, as logs that are asked for together often stand together. For one thread.</summary>
internal sealed class LogReader(ShardLog shards) : IDisposable
{
    private SafeFileHandle? file;
    private LogPosition at;
    private StoredGroup? group;

    /// <exception cref="FileNotFoundException">It has aged out.</exception>
    /// <exception cref="InvalidDataException">It cannot be read any more.</exception>
    public (Log Log, LogOrigin Origin) Read(LogPlace place)
    {
        if (file is null || at.Segment != place.Segment)
        {
            file?.Dispose();
            (file, group) = (null, null);
            file = shards.OpenSegment(place.Segment);
        }
        if (group is null || at != place.Group)
        {
            group = StoredGroup.Read(file, place.Group);
            at = place.Group;
        }
        return (group.Log(place.Index), group.Origin);
    }

    public void Dispose() => file?.Dispose();
}
