using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmObs.Domain;

/// <summary>
/// A JSON writer over memory that the thread keeps for the next document: a span makes several, each of which would grow a buffer of its own.
/// Chinese stays readable; the text is not for a page as it is. Return it when the text or the bytes were taken out.
/// </summary>
public sealed class Utf8JsonBuffer
{
    // What a rare large document grew is not kept.
    private const int MaxKeptBytes = 1024 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonBuffer? kept;

    private readonly ArrayBufferWriter<byte> bytes = new(4096);

    private Utf8JsonBuffer() => Writer = new(bytes, Options);

    public Utf8JsonWriter Writer { get; }

    /// <summary>What was written so far; gone after <see cref="Return"/>.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Writer.Flush();
            return bytes.WrittenSpan;
        }
    }

    /// <summary>An empty one. Documents within documents may take one each.</summary>
    public static Utf8JsonBuffer Rent()
    {
        var buffer = kept ?? new();
        kept = null;
        return buffer;
    }

    public void Return()
    {
        if (bytes.Capacity > MaxKeptBytes)
        {
            return;
        }

        bytes.ResetWrittenCount();
        Writer.Reset();
        kept = this;
    }

    /// <summary>One document as text.</summary>
    public static string Text(Action<Utf8JsonWriter> write) => Text(write, static (writer, write) => write(writer));

    /// <summary>The same without a closure.</summary>
    public static string Text<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = Rent();
        try
        {
            write(buffer.Writer, value);
            return Encoding.UTF8.GetString(buffer.Written);
        }
        finally
        {
            buffer.Return();
        }
    }
}
