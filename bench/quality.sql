-- 70,000 requests of two weeks with a million steps, of two releases; questions repeat. Only what the quality pages read.
SELECT setseed(0.5);
BEGIN;

CREATE TEMP TABLE asked AS
SELECT i, 'bench-' || i AS trace_id, now() - interval '14 days' * random() AS started_at, random() AS luck, random() AS mood, floor(random() * 2000)::int AS question
FROM generate_series(1, 70000) AS i;

INSERT INTO quality_facts (project_id, trace_id, started_at, service, release, environment, user_id, session_id, question, question_key, models, prompts, tags, duration_ms,
    first_token_ms, has_failed, error_type, error_step, error_message, input_tokens, output_tokens, cost, currency, sql_judged, sql_executable, sql_final, sql_outcome,
    sql_message, data_checked, data_valid, explicit_stars, sent_signals, signals, implicit_stars, is_evaluated, is_labelled)
SELECT p.id, a.trace_id, a.started_at, 'copilot', r.release, 'production', 'u-' || a.i % 500, NULL, '最近 7 天第 ' || a.question || ' 家门店的成交额是多少？', a.question,
    ARRAY['qwen3-max', 'qwen3-turbo'], ARRAY['generate-sql@' || r.release, 'answer@1'], ARRAY[CASE WHEN a.i % 3 = 0 THEN 'wholesale' ELSE 'retail' END], 2000 * exp(1.2 * (a.luck + a.mood)), 500 * exp(a.mood),
    a.luck < 0.02, CASE WHEN a.luck < 0.02 THEN 'timeout' END, CASE WHEN a.luck < 0.02 THEN 'answer' END, NULL, 3000 + (4000 * a.mood)::bigint, 300, 0.01 + 0.02 * a.mood,
    'CNY', 1, (a.luck > r.failing)::int, a.luck > r.failing, CASE WHEN a.luck <= r.failing THEN 'unknown_column' END,
    CASE WHEN a.luck <= r.failing THEN 'column o.gmv_amount does not exist' END, (a.luck > r.failing)::int, (a.luck > r.failing + 0.05)::int,
    CASE WHEN a.mood < 0.1 THEN 1 WHEN a.mood > 0.8 THEN 5 END, '{}', '{}', NULL, a.mood < 0.9, a.mood < 0.01
FROM asked AS a
CROSS JOIN projects AS p
CROSS JOIN LATERAL (SELECT CASE WHEN a.started_at < now() - interval '4 days' THEN '1.0.0' ELSE '2.0.0' END, CASE WHEN a.started_at < now() - interval '4 days' THEN 0.25 ELSE 0.15 END) AS r (release, failing)
WHERE p.name = 'default';

INSERT INTO quality_steps (project_id, trace_id, started_at, name, kind, runs, failed, duration_ms, cost, currency)
SELECT p.id, a.trace_id, a.started_at, 'step ' || s, s % 8, 1, (a.luck < 0.01 * s)::int, 100 * s * exp(a.mood), CASE WHEN s % 3 = 0 THEN 0.003 END, CASE WHEN s % 3 = 0 THEN 'CNY' END
FROM asked AS a CROSS JOIN projects AS p CROSS JOIN generate_series(1, 14) AS s
WHERE p.name = 'default';
COMMIT;
ANALYZE quality_facts;
ANALYZE quality_steps;
