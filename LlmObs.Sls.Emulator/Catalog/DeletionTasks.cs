using LlmObs.Sls.Emulator.Http;

namespace LlmObs.Sls.Emulator.Catalog;

/// <summary>A deletion that goes on after it was asked for.</summary>
/// <param name="Query">A search; every log that it finds goes.</param>
/// <param name="From">Unix seconds, inclusive.</param>
/// <param name="To">Unix seconds, exclusive.</param>
/// <param name="Before">Only logs written before this one go: those that were there when it was asked for.</param>
/// <param name="Progress">Percent.</param>
/// <param name="ErrorCode">An HTTP status when it failed, else 0.</param>
public sealed record DeletionTask(
    string Id,
    string Query,
    long From,
    long To,
    long Before,
    int Progress = 0,
    int ErrorCode = 0,
    string ErrorMessage = ""
)
{
    public bool IsWaiting => Progress < 100 && ErrorCode == 0;
}

/// <summary>The deletions of all logstores, kept in <c>deletions.json</c> of each, the newest first.</summary>
public sealed class DeletionTasks(SlsCatalog catalog)
{
    private const int MostKept = 200;
    private readonly Lock gate = new();
    private readonly LogstoreList<DeletionTask> lists = new(catalog, "deletions.json");

    public IReadOnlyList<DeletionTask> List(string project, string logstore)
    {
        lock (gate)
        {
            return lists.Read(project, logstore);
        }
    }

    public DeletionTask Find(string project, string logstore, string id) =>
        List(project, logstore).FirstOrDefault(task => task.Id == id) ?? throw SlsException.Parameter($"there is no deletion task {id}");

    /// <summary>Of those that are done the oldest are forgotten.</summary>
    public void Add(string project, string logstore, DeletionTask task)
    {
        lock (gate)
        {
            lists.Change(project, logstore, tasks => [task, .. tasks.Where((other, place) => other.IsWaiting || place < MostKept - 1)]);
        }
    }

    public void Update(string project, string logstore, DeletionTask task)
    {
        lock (gate)
        {
            lists.Change(project, logstore, tasks => [.. tasks.Select(other => other.Id == task.Id ? task : other)]);
        }
    }
}
