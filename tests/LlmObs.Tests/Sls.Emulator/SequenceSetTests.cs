using CsCheck;
using LlmObs.Sls.Emulator.Storage;

namespace LlmObs.Tests.Sls.Emulator;

public sealed class SequenceSetTests
{
    private static readonly Gen<long[]> Some = Gen.Long[1, 60].Array[0, 40];

    [Fact]
    public void Comes_back_from_its_bytes() =>
        Gen.OneOf(Some, Gen.Long[1, long.MaxValue].Array[0, 20])
            .Sample(some => Assert.Equal(SequenceSet.Of(some).Members, SequenceSet.Read(SequenceSet.Of(some).ToBytes()).Members), iter: 300);

    [Fact]
    public void Answers_as_a_plain_set_does() =>
        Gen.Select(Some, Some, Gen.Long[0, 61], Gen.Long[0, 20])
            .Sample(
                (some, others, first, more) =>
                {
                    var set = SequenceSet.Of(some).With(SequenceSet.Of(others));
                    var plain = some.Concat(others).ToHashSet();

                    Assert.Equal(plain.Order(), set.Members);
                    Assert.Equal(plain.Contains(first), set.Contains(first));
                    Assert.Equal(plain.Any(sequence => sequence >= first && sequence <= first + more), set.HasAny(first, first + more));
                    Assert.Equal(plain.Where(sequence => sequence >= first).Order(), set.From(first).Members);
                },
                iter: 300
            );
}
