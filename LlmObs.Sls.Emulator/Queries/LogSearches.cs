using LlmObs.Sls.Emulator.Search;
using LlmObs.Sls.Emulator.Storage;
using LlmObs.Sls.Emulator.Storage.Terms;

namespace LlmObs.Sls.Emulator.Queries;

/// <summary>Begins searches over what a logstore holds now.</summary>
internal sealed class LogSearches(int rememberedMb) : IDisposable
{
    private readonly RememberedRows remembered = new(rememberedMb);

    /// <param name="compiler">For this search alone; tells afterwards which terms it asked for.</param>
    public LogSearch Begin(Logstore logstore, SearchCompiler compiler, QueryText text, LogQuery query, CancellationToken cancellationToken)
    {
        var found = compiler.Compile(QueryParser.Parse(text.Search));
        var search = query.Topic.Length == 0 ? found : TermQuery.All(new WordTerm(TermText.Word(TermText.Topic, query.Topic)), found);
        return new LogSearch(
            logstore,
            logstore.Snapshot(),
            search,
            new SearchKey(text.Search, query.Topic, compiler.Columns),
            remembered,
            query,
            cancellationToken
        );
    }

    public LogSearch Begin(Logstore logstore, QueryText text, LogQuery query, CancellationToken cancellationToken) =>
        Begin(logstore, new SearchCompiler(logstore.Columns), text, query, cancellationToken);

    public void Dispose() => remembered.Dispose();
}
