namespace LlmObs.LocalHost.Running;

/// <summary>What a resource waits for, also through resources that are no process themselves (a database, SLS).</summary>
internal static class Dependencies
{
    public static HashSet<Resource> Of(Resource resource)
    {
        var found = new HashSet<Resource>();
        var open = new Queue<Resource>(resource.WaitsFor);
        while (open.TryDequeue(out var next))
        {
            if (found.Add(next))
            {
                next.WaitsFor.ForEach(open.Enqueue);
            }
        }

        return found;
    }
}
