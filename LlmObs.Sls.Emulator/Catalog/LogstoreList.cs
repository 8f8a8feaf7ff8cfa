using System.Text.Json;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>A list that each logstore has, kept in a file of its folder. One caller at a time.</summary>
internal sealed class LogstoreList<T>(SlsCatalog catalog, string file)
{
    /// <summary>Throws LogStoreNotExist.</summary>
    public IReadOnlyList<T> Read(string project, string logstore)
    {
        var path = Path.Combine(Folder(project, logstore), file);
        return File.Exists(path) ? JsonSerializer.Deserialize<List<T>>(File.ReadAllBytes(path))! : [];
    }

    /// <summary>Throws LogStoreNotExist.</summary>
    public void Change(string project, string logstore, Func<IReadOnlyList<T>, IReadOnlyList<T>> change) =>
        SlsCatalog.Write(Folder(project, logstore), file, change(Read(project, logstore)));

    private string Folder(string project, string logstore) => catalog.Folder(project, catalog.Logstore(project, logstore).Name);
}
