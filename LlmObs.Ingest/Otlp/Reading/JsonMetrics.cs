using LlmObs.Ingest.Otlp.Protos;

namespace LlmObs.Ingest.Otlp.Reading;

/// <summary>The members of a metrics request that counting needs: names. What was measured is passed over.</summary>
internal static class JsonMetrics
{
    public static void Request(ref JsonCursor cursor, ExportMetricsServiceRequest request, string name)
    {
        if (name == "resourceMetrics")
        {
            cursor.Array(
                request,
                static (ref JsonCursor c, ExportMetricsServiceRequest target) =>
                {
                    var item = new ResourceMetrics();
                    c.Object(item, ResourceMetrics);
                    target.ResourceMetrics.Add(item);
                }
            );
        }
    }

    private static void ResourceMetrics(ref JsonCursor cursor, ResourceMetrics target, string name)
    {
        if (name == "scopeMetrics")
        {
            cursor.Array(
                target,
                static (ref JsonCursor c, ResourceMetrics into) =>
                {
                    var item = new ScopeMetrics();
                    c.Object(item, ScopeMetrics);
                    into.ScopeMetrics.Add(item);
                }
            );
        }
    }

    private static void ScopeMetrics(ref JsonCursor cursor, ScopeMetrics target, string name)
    {
        if (name == "metrics")
        {
            cursor.Array(
                target,
                static (ref JsonCursor c, ScopeMetrics into) =>
                {
                    var metric = new Metric();
                    c.Object(
                        metric,
                        static (ref JsonCursor inner, Metric m, string member) =>
                        {
                            if (member == "name")
                            {
                                m.Name = inner.String();
                            }
                        }
                    );
                    into.Metrics.Add(metric);
                }
            );
        }
    }
}
