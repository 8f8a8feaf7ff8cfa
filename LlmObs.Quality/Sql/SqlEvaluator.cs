using System.Text.Encodings.Web;
using System.Text.Json;
using LlmObs.Domain;
using LlmObs.Domain.Evaluators;
using LlmObs.Domain.Evaluators.Sql;
using LlmObs.Domain.Quality;
using LlmObs.Quality.Evaluation;

namespace LlmObs.Quality.Sql;

/// <summary>Finds the SQL a span generated, runs it in a sandbox, and says whether it ran and whether its result means something.</summary>
public sealed class SqlEvaluator(Sandboxes sandboxes) : IEvaluator
{
    private const int MostSqlCharacters = 10_000;
    private const int MostMessageCharacters = 2000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public EvaluatorKind Kind => EvaluatorKind.Sql;

    public async Task<Judgement> JudgeAsync(Evaluator evaluator, Subject subject, CancellationToken cancellationToken)
    {
        var settings = evaluator.Definition.Sql!;
        var sandbox = sandboxes.Get(settings.Connection);
        if (GeneratedSql.Find(subject.Record.Content, settings.Field) is not { } sql)
        {
            return Judgement.Skip("no SQL");
        }

        var run = await sandbox.RunAsync(sql, cancellationToken);
        List<Finding> findings = [Executed(evaluator, sandbox.Dialect, sql, run)];
        if (run.Result is { } table)
        {
            findings.Add(Valid(evaluator, DataRules.Check(table, subject.Question, settings.Data), table));
        }

        return new(findings);
    }

    private static Finding Executed(Evaluator evaluator, string dialect, string sql, SqlRun run) =>
        Finding.Passed(
            ScoreNames.SqlExecutable,
            run.Outcome == SqlOutcome.Ok,
            run.Outcome.Word(),
            run.Message is { Length: > MostMessageCharacters } ? run.Message[..MostMessageCharacters] : run.Message,
            Text(
                new
                {
                    sql = sql.Length > MostSqlCharacters ? sql[..MostSqlCharacters] : sql,
                    dialect,
                    stage = run.Stage.ToString().ToLowerInvariant(),
                    code = run.Code,
                    position = run.Position,
                    rows = run.Result?.Rows.Count,
                    more_rows = run.Result?.IsCut,
                    elapsed_ms = Math.Round(run.ElapsedMs, 1),
                    evaluator = evaluator.Name,
                    version = evaluator.Version,
                }
            )
        );

    private static Finding Valid(Evaluator evaluator, IReadOnlyList<DataRuleResult> rules, SqlTable table)
    {
        var failed = rules.FirstOrDefault(rule => !rule.Passed);
        return Finding.Passed(
            ScoreNames.DataValid,
            failed is null,
            failed?.Rule ?? "ok",
            failed?.Detail,
            Text(
                new
                {
                    rules = rules.Select(rule => new
                    {
                        rule = rule.Rule,
                        passed = rule.Passed,
                        detail = rule.Detail,
                    }),
                    columns = table.Columns.Take(50).Select(column => column.Name.Length > 100 ? column.Name[..100] : column.Name),
                    rows = table.Rows.Count,
                    evaluator = evaluator.Name,
                    version = evaluator.Version,
                }
            )
        );
    }

    private static JsonText Text(object value) => new(JsonSerializer.Serialize(value, Json));
}
