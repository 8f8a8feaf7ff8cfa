using System.Buffers;
using System.Globalization;
using System.Net;
using LlmObs.Domain;
using LlmObs.Domain.Spans;
using LlmObs.Ingest.Bench.Bodies;
using LlmObs.Ingest.Bench.Stack;
using LlmObs.Ingest.Mapping;
using LlmObs.Ingest.Otlp;
using LlmObs.Ingest.Otlp.Protos;
using LlmObs.Sls;
using LlmObs.Storage.Rows;
using LlmObs.Storage.Writing;
using LlmObs.TraceLog;
using Microsoft.Extensions.Options;

namespace LlmObs.Ingest.Bench.Runs;

/// <summary>What each stage of the way in costs, alone, over the same bodies; and what a thousand spans cost as each protocol carries them.</summary>
internal sealed class StagesRun(double seconds)
{
    private const int Batch = 100;
    private static readonly Project Project = new(1, Project.DefaultName);
    private readonly SpanMapper mapper = new(Options.Create(new IngestOptions()), TimeProvider.System);

    public async Task RunAsync()
    {
        Console.WriteLine($"{Machine.Describe()}. Batches of {Batch} spans, one after another.\n");
        var protobuf = Bodies(Protocol.Protobuf);
        var json = Bodies(Protocol.Json);
        var mapped = protobuf.Select(body => Map(Read(body, isJson: false))).ToList();

        var decode = await StageCost.OfAsync(seconds, turn => Done(Read(protobuf[turn % protobuf.Count], isJson: false)));
        var decodeJson = await StageCost.OfAsync(seconds, turn => Done(Read(json[turn % json.Count], isJson: true)));
        // The mapper cleans the message it is given in place, so each is decoded anew, and that is taken off.
        var map = await StageCost.OfAsync(seconds, turn => Done(Map(Read(protobuf[turn % protobuf.Count], isJson: false)))) - decode;
        var encode = await StageCost.OfAsync(seconds, turn => Done(mapped[turn % mapped.Count], record => ContentCodec.Encode(record.Content)));
        var (write, postgres) = await WriteAsync(mapped);
        var ship = await ShipAsync(mapped);

        Markdown.Table(
            ["stage", "CPU ms", "MB allocated"],
            [
                Row("decode, protobuf", decode),
                Row("decode, JSON", decodeJson),
                Row("map", map),
                Row("write: content to JSON and LZ4", encode),
                Row("write: the rest", write - encode),
                Row("ship: log, protobuf, LZ4, signature", ship),
                Row("**a span in, over protobuf, and on to SLS**", decode + map + write + ship),
                ["PostgreSQL, meanwhile", Markdown.Ms(postgres), "–"],
            ]
        );
        await ProtocolsAsync();
    }

    /// <summary>The whole of Ingest by protocol: its process, the server's part of HTTP and gRPC included.</summary>
    private async Task ProtocolsAsync()
    {
        await using var postgres = await BenchPostgres.StartAsync();
        await using var ingest = await IngestProcess.StartAsync(postgres, IngestRun.Nowhere);
        var rows = new List<IReadOnlyList<string>>();
        var seed = 1UL;
        Protocol[] protocols = [Protocol.Protobuf, Protocol.Json, Protocol.Grpc];
        // All warm up before the first is measured: what one has compiled serves the others too.
        foreach (var protocol in protocols.Concat(protocols))
        {
            await LoadAsync(protocol);
        }

        foreach (var protocol in protocols)
        {
            await postgres.ClearAsync();
            var before = (CpuClock.Of(ingest.ProcessId), CpuClock.OfTree(postgres.ProcessId));
            var run = await LoadAsync(protocol);
            IngestRun.Refuse(run);
            var perThousand = 1e6 / await postgres.AskAsync<long>("SELECT count(*) FROM spans");
            rows.Add([
                protocol.ToString().ToLowerInvariant(),
                Markdown.Whole(run.SpansPerSecond),
                Markdown.Ms((CpuClock.Of(ingest.ProcessId) - before.Item1) * perThousand),
                Markdown.Ms((CpuClock.OfTree(postgres.ProcessId) - before.Item2) * perThousand),
            ]);
        }

        Console.WriteLine($"Over the wire, batches of {Batch}, 8 connections:\n");
        Markdown.Table(["protocol", "spans/s", "Ingest, CPU ms per 1,000", "PostgreSQL, CPU ms per 1,000"], rows);

        Task<Load.LoadResult> LoadAsync(Protocol protocol) =>
            Load.LoadRun.InOwnProcessAsync(new(protocol == Protocol.Grpc ? ingest.Grpc : ingest.Http, protocol, Batch, 8, 0, seconds, seed++));
    }

    private static List<ReadOnlySequence<byte>> Bodies(Protocol protocol) =>
        [.. SpanBodies.Make(protocol, Batch).Select(body => new ReadOnlySequence<byte>(body.Bytes))];

    private static ExportTraceServiceRequest Read(ReadOnlySequence<byte> body, bool isJson) => OtlpSignals.Traces.Read(body, isJson).Request!;

    private IReadOnlyList<SpanRecord> Map(ExportTraceServiceRequest request) => mapper.Map(request.ResourceSpans).Accepted;

    /// <summary>Through the real writer, contents included, one batch after another.</summary>
    /// <returns>This process, and milliseconds of PostgreSQL for a thousand spans.</returns>
    private async Task<(StageCost Writer, double Postgres)> WriteAsync(List<IReadOnlyList<SpanRecord>> mapped)
    {
        await using var postgres = await BenchPostgres.StartAsync();
        await using var services = await WriterServices.StartAsync(postgres);
        var number = 0;
        var before = CpuClock.OfTree(postgres.ProcessId);
        var cost = await StageCost.OfAsync(
            seconds,
            async turn =>
            {
                var batch = mapped[turn % mapped.Count].Select(WithNewIds).ToList();
                return (await services.Writer.WriteAsync(new SpanBatch(Project, batch), default)).Written;
            }
        );
        return (cost, (CpuClock.OfTree(postgres.ProcessId) - before) * 1e6 / await postgres.AskAsync<long>("SELECT count(*) FROM spans"));

        SpanRecord WithNewIds(SpanRecord record)
        {
            var id = (++number).ToString("x8", CultureInfo.InvariantCulture);
            return record with { Span = record.Span with { TraceId = record.Span.TraceId[..24] + id, SpanId = record.Span.SpanId[..8] + id } };
        }
    }

    /// <summary>To an SLS that is not there: the request is made, signed, and thrown away.</summary>
    private async Task<StageCost> ShipAsync(List<IReadOnlyList<SpanRecord>> mapped)
    {
        using var http = new HttpClient(new Nothing());
        var client = new SlsClient(SlsOptions.Parse("Endpoint=http://localhost:9;Project=llmobs;AccessKeyId=local;AccessKeySecret=local"), http);
        var store = new SpanLogStore(client, Options.Create(new TraceLogOptions()), TimeProvider.System);
        return await StageCost.OfAsync(
            seconds,
            async turn =>
            {
                var batch = mapped[turn % mapped.Count];
                await store.WriteAsync(Project.Name, Guid.CreateVersion7(), batch, default);
                return batch.Count;
            }
        );
    }

    private static Task<int> Done(ExportTraceServiceRequest request) => Task.FromResult(request.ResourceSpans[0].ScopeSpans[0].Spans.Count);

    private static Task<int> Done(IReadOnlyList<SpanRecord> records) => Task.FromResult(records.Count);

    private static Task<int> Done(IReadOnlyList<SpanRecord> records, Func<SpanRecord, EncodedContent> work)
    {
        foreach (var record in records)
        {
            work(record);
        }

        return Task.FromResult(records.Count);
    }

    private static string[] Row(string name, StageCost cost) => [name, Markdown.Ms(cost.CpuMs), Markdown.Ms(cost.Megabytes)];

    private sealed class Nothing : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return new(HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        }
    }
}
