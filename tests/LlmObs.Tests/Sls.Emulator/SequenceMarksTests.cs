using DuckDB.NET.Data;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Tests.Sls.Emulator;

/// <summary>A statement reads the marked logs and no other.</summary>
public sealed class SequenceMarksTests : IDisposable
{
    // More than one vector of the engine, and more than one thread's share.
    private const int Logs = 300_000;

    private readonly DuckDBConnection connection = new("DataSource=:memory:");

    public SequenceMarksTests()
    {
        connection.Open();
        SequenceMarks.Register(connection);
        Engine.Execute(connection, $"CREATE TABLE logs AS SELECT range AS seq FROM range(1, {Logs + 1})");
    }

    public void Dispose() => connection.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, Logs)]
    [InlineData(4_097, 4_104)]
    [InlineData(123_457, 299_990)]
    public void One_by_one(long first, long last)
    {
        using var marks = new SequenceMarks(first, last);
        var random = new Random(Seed: 7);
        var marked = Enumerable.Range(0, 1_000).Select(_ => random.NextInt64(first, last + 1)).Append(first).Append(last).Distinct().Order().ToList();
        marked.ForEach(marks.Mark);

        Assert.Equal(marked, Read(marks.Condition));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(16_385)]
    public void By_bitmaps_that_meet_inside_a_byte(int first)
    {
        var random = new Random(Seed: first);
        var rows = Enumerable.Range(first, 50_001).ToDictionary(sequence => (long)sequence, _ => random.Next(3) > 0);
        var all = rows.Keys.ToList();
        using var marks = new SequenceMarks(all[0], all[^1]);
        foreach (var part in all.Chunk(1_003))
        {
            var bitmap = new byte[(part.Length + 7) / 8];
            foreach (var (sequence, place) in part.Select((sequence, place) => (sequence, place)).Where(at => rows[at.sequence]))
            {
                bitmap[place / 8] |= (byte)(1 << (place % 8));
            }
            marks.Mark(part[0], bitmap);
        }

        Assert.Equal(all.Where(sequence => rows[sequence]), Read(marks.Condition));
    }

    [Fact]
    public void Logs_outside_of_what_could_be_marked_are_not()
    {
        using var marks = new SequenceMarks(1_000, 1_001);
        marks.Mark(1_000);
        marks.Mark(1_001);
        var asked = marks.Condition[marks.Condition.IndexOf("sls_marked", StringComparison.Ordinal)..];

        Assert.Equal([1_000L, 1_001L], Read(asked));
    }

    [Fact]
    public void Several_searches_of_one_statement_do_not_mix()
    {
        using var odd = Every(2, from: 1);
        using var third = Every(3, from: 3);

        Assert.Equal(
            Enumerable.Range(1, Logs).Where(sequence => sequence % 2 == 1 && sequence % 3 == 0).Select(sequence => (long)sequence),
            Read($"{odd.Condition} AND {third.Condition}")
        );
    }

    [Fact]
    public void Nothing_is_marked_any_more_when_the_marks_are_gone()
    {
        var marks = Every(1, from: 1);
        marks.Dispose();

        Assert.Empty(Read(marks.Condition));
    }

    private static SequenceMarks Every(int step, int from)
    {
        var marks = new SequenceMarks(1, Logs);
        for (var sequence = from; sequence <= Logs; sequence += step)
        {
            marks.Mark(sequence);
        }
        return marks;
    }

    private List<long> Read(string condition)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Made of numbers.
        command.CommandText = $"SELECT seq FROM logs WHERE {condition} ORDER BY seq";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var found = new List<long>();
        while (reader.Read())
        {
            found.Add(reader.GetInt64(0));
        }
        return found;
    }
}
