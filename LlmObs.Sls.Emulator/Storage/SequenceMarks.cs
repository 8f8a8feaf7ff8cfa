using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace LlmObs.Sls.Emulator.Storage;

/// <summary>
/// Marks some logs for statements, a bit for each sequence: unlike a join, a condition leaves the engine free to read wide columns last.
/// </summary>
/// <remarks>
/// The condition is a function of ours that gets a vector of sequences at a time. Over a million logs it takes 2 ms; the engine's own
/// <c>get_bit</c>, or a function that is asked row by row, takes 13.
/// </remarks>
internal sealed class SequenceMarks : IDisposable
{
    private const string Function = "sls_marked";

    private static readonly ConcurrentDictionary<int, SequenceMarks> Living = new();
    private static int lastId;

    private readonly int id = Interlocked.Increment(ref lastId);
    private readonly long first;
    private readonly long last;

    // The lowest bit of a byte first.
    private readonly byte[] bits;

    /// <summary>Nothing is marked yet.</summary>
    /// <param name="first">No log before it will be marked.</param>
    /// <param name="last">No log after it will be.</param>
    public SequenceMarks(long first, long last)
    {
        (this.first, this.last) = (first, last);
        bits = new byte[(last - first) / 8 + 2];
        Living[id] = this;
    }

    /// <summary>In SQL, until this is disposed: the log whose sequence is <c>seq</c> is marked.</summary>
    public string Condition => $"seq BETWEEN {Literal.Number(first)} AND {Literal.Number(last)} AND {Function}({Literal.Number(id)}, seq)";

    public void Mark(long sequence) => bits[(sequence - first) / 8] |= (byte)(1 << (int)((sequence - first) % 8));

    /// <summary>Marks by a bitmap, the lowest bit of each byte first, eight at a time.</summary>
    /// <param name="from">The sequence its first bit stands for.</param>
    public void Mark(long from, ReadOnlySpan<byte> bitmap)
    {
        var (at, shift) = ((int)((from - first) / 8), (int)((from - first) % 8));
        for (var i = 0; i < bitmap.Length; i++)
        {
            var eight = bitmap[i] << shift;
            bits[at + i] |= (byte)eight;
            bits[at + i + 1] |= (byte)(eight >> 8);
        }
    }

    public void Dispose() => Living.TryRemove(id, out _);

    /// <summary>Teaches an engine the function.</summary>
    public static unsafe void Register(DuckDBConnection connection)
    {
        var function = NativeMethods.ScalarFunction.DuckDBCreateScalarFunction();
        try
        {
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetName(function, Function);
            using var idType = NativeMethods.LogicalType.DuckDBCreateLogicalType(DuckDBType.Integer);
            using var sequenceType = NativeMethods.LogicalType.DuckDBCreateLogicalType(DuckDBType.BigInt);
            using var answerType = NativeMethods.LogicalType.DuckDBCreateLogicalType(DuckDBType.Boolean);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionAddParameter(function, idType);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionAddParameter(function, sequenceType);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetReturnType(function, answerType);
            NativeMethods.ScalarFunction.DuckDBScalarFunctionSetFunction(function, &Answer);
            if (NativeMethods.ScalarFunction.DuckDBRegisterScalarFunction(connection.NativeConnection, function) != DuckDBState.Success)
            {
                throw new InvalidOperationException($"the engine does not take the function {Function}");
            }
        }
        finally
        {
            NativeMethods.ScalarFunction.DuckDBDestroyScalarFunction(ref function);
        }
    }

    // The engine gives both parameters a value for every row, the id as often as there are sequences.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void Answer(nint info, nint chunk, nint answers)
    {
        var rows = new DuckDBDataChunk(chunk);
        var count = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(rows);
        var ids = new ReadOnlySpan<int>(Column(0), count);
        var sequences = new ReadOnlySpan<long>(Column(1), count);
        var marked = new Span<bool>(NativeMethods.Vectors.DuckDBVectorGetData(answers), count);
        if (count > 0 && Living.TryGetValue(ids[0], out var marks))
        {
            marks.Answer(sequences, marked);
        }
        else
        {
            marked.Clear();
        }

        void* Column(int at) => NativeMethods.Vectors.DuckDBVectorGetData(NativeMethods.DataChunks.DuckDBDataChunkGetVector(rows, at));
    }

    private void Answer(ReadOnlySpan<long> sequences, Span<bool> marked)
    {
        for (var i = 0; i < sequences.Length; i++)
        {
            // One behind the last would be outside: the engine may ask in any order of the conditions.
            var place = (ulong)(sequences[i] - first);
            marked[i] = place / 8 < (ulong)bits.Length && (bits[place / 8] >> (int)(place % 8) & 1) != 0;
        }
    }
}
