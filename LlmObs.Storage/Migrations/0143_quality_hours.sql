-- The requests of whole hours, added up as the steps are: a page over a week reads some thousand rows, however much was asked.

ALTER TABLE quality_facts ADD COLUMN tags text[] NOT NULL DEFAULT '{}', ADD COLUMN question_key bigint;

-- The questions of a release, and the requests of a user, are found without reading the others.
DROP INDEX quality_facts_question_idx;
CREATE INDEX quality_facts_question_key_idx ON quality_facts (project_id, question_key) WHERE question_key IS NOT NULL;
CREATE INDEX quality_facts_questions_idx ON quality_facts (project_id, release, started_at) WHERE question_key IS NOT NULL;
CREATE INDEX quality_facts_users_idx ON quality_facts (project_id, user_id, started_at);
CREATE INDEX quality_facts_failing_idx ON quality_facts (project_id, started_at) WHERE has_failed OR sql_final = false OR data_outcome IS NOT NULL;

-- The place of a time in a histogram whose bars are 1 % wide: LlmObs.Domain/Quality/Histogram.cs.
CREATE FUNCTION quality_place(ms double precision) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT ceil(ln(CASE WHEN ms < 0.001 THEN 0.001 ELSE ms END) / ln(1.01::double precision))::int $$;

-- Place, count, place, count, …, by place.
CREATE FUNCTION quality_histogram(places int[]) RETURNS int[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(pair.number ORDER BY bar.place, pair.i), '{}')
    FROM (SELECT place, count(*)::int AS count FROM unnest(places) AS p (place) WHERE place IS NOT NULL GROUP BY place) AS bar
    CROSS JOIN LATERAL (VALUES (1, bar.place), (2, bar.count)) AS pair (i, number)
$$;

CREATE TABLE quality_hours (
    project_id           int NOT NULL,
    hour                 timestamptz NOT NULL,
    service              text,
    release              text,
    environment          text,
    dimension            text NOT NULL, -- model, prompt or tag: the requests that have this value; empty: all requests
    value                text NOT NULL,
    rated                smallint NOT NULL, -- which parts of satisfaction they have: 1 explicit + 2 implicit + 4 reverse
    requests             bigint NOT NULL,
    failed               bigint NOT NULL,
    sql_judged           bigint NOT NULL,
    sql_executable       bigint NOT NULL,
    sql_final_judged     bigint NOT NULL,
    sql_final_executable bigint NOT NULL,
    data_checked         bigint NOT NULL,
    data_valid           bigint NOT NULL,
    explicit             double precision NOT NULL, -- sums of the parts, of their squares, and of their products: weights may change
    implicit             double precision NOT NULL,
    reverse              double precision NOT NULL,
    explicit_squares     double precision NOT NULL,
    implicit_squares     double precision NOT NULL,
    reverse_squares      double precision NOT NULL,
    explicit_implicit    double precision NOT NULL,
    explicit_reverse     double precision NOT NULL,
    implicit_reverse     double precision NOT NULL,
    kept                 bigint NOT NULL,
    evaluated            bigint NOT NULL,
    labelled             bigint NOT NULL,
    metered              bigint NOT NULL,
    tokens               double precision NOT NULL,
    token_squares        double precision NOT NULL,
    token_cubes          double precision NOT NULL,
    priced               bigint NOT NULL,
    costs                double precision NOT NULL,
    cost_squares         double precision NOT NULL,
    cost_cubes           double precision NOT NULL,
    currency             text,
    last_currency        text,
    times                int[] NOT NULL, -- histograms
    first_tokens         int[] NOT NULL,
    first_at             timestamptz NOT NULL
);

CREATE INDEX quality_hours_hour_idx ON quality_hours (project_id, dimension, hour);

TRUNCATE quality_step_hours;
ALTER TABLE quality_step_hours ALTER COLUMN times TYPE int[] USING '{}';

-- Whatever changes a request makes its hour due. The row of an hour that is due already is locked, so that who adds it up waits for the change.
CREATE FUNCTION quality_fact_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quality_due_hours AS d (project_id, hour)
    SELECT DISTINCT project_id, date_trunc('hour', started_at, 'UTC') FROM changed ORDER BY 1, 2
    ON CONFLICT (project_id, hour) DO UPDATE SET due_at = d.due_at;
    RETURN NULL;
END $$;

CREATE TRIGGER quality_facts_inserted AFTER INSERT ON quality_facts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_fact_changed();
CREATE TRIGGER quality_facts_updated AFTER UPDATE ON quality_facts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_fact_changed();
CREATE TRIGGER quality_facts_deleted AFTER DELETE ON quality_facts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_fact_changed();

INSERT INTO quality_due_hours (project_id, hour) SELECT DISTINCT project_id, date_trunc('hour', started_at, 'UTC') FROM quality_facts ON CONFLICT DO NOTHING;

-- Tags and the keys of questions are worked out with the other facts, once more for all.
UPDATE quality_progress SET read_up_to = '1970-01-01';
