-- What the quality page needs to know of each request, worked out from spans and scores by the service quality. It can be thrown away and made again.
CREATE TABLE quality_facts (
    project_id     int NOT NULL,
    trace_id       text NOT NULL,
    started_at     timestamptz NOT NULL,
    service        text,
    release        text,
    environment    text,
    user_id        text,
    session_id     text,
    question       text,
    models         text[] NOT NULL,
    prompts        text[] NOT NULL,
    duration_ms    double precision NOT NULL,
    first_token_ms double precision,
    has_failed     boolean NOT NULL,
    error_type     text,
    error_step     text,
    error_message  text,
    input_tokens   bigint,
    output_tokens  bigint,
    cost           numeric,
    currency       text,
    sql_judged     int NOT NULL,
    sql_executable int NOT NULL,
    sql_final      boolean,
    sql_outcome    text,
    sql_message    text,
    data_checked   int NOT NULL,
    data_valid     int NOT NULL,
    data_outcome   text,
    data_message   text,
    explicit_stars double precision,
    sent_signals   text[] NOT NULL,
    signals        text[] NOT NULL,
    implicit_stars double precision,
    reverse_stars  double precision,
    is_evaluated   boolean NOT NULL,
    is_labelled    boolean NOT NULL,
    PRIMARY KEY (project_id, trace_id)
);

CREATE INDEX quality_facts_started_at_idx ON quality_facts (project_id, started_at);
CREATE INDEX quality_facts_session_id_idx ON quality_facts (project_id, left(session_id, 200), started_at) WHERE session_id IS NOT NULL;

-- A failed request is abandoned once nothing followed it for a while; nobody tells when that while is over.
CREATE INDEX quality_facts_unfollowed_idx ON quality_facts (started_at) WHERE has_failed AND signals = '{}';

-- The steps of those requests, one row per name and kind.
CREATE TABLE quality_steps (
    project_id  int NOT NULL,
    trace_id    text NOT NULL,
    started_at  timestamptz NOT NULL,
    name        text NOT NULL,
    kind        smallint NOT NULL,
    runs        int NOT NULL,
    failed      int NOT NULL,
    duration_ms double precision NOT NULL,
    cost        numeric,
    currency    text,
    PRIMARY KEY (project_id, trace_id, name, kind)
);

CREATE INDEX quality_steps_started_at_idx ON quality_steps (project_id, started_at);

-- Requests whose spans or scores changed after they were received. New spans are found by their time instead: ingest pays nothing.
CREATE TABLE quality_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL,
    trace_id   text,
    request_id text
);

-- One row: how far the new spans have been read, and whose turn it is.
CREATE TABLE quality_progress (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    read_up_to   timestamptz NOT NULL,
    leased_until timestamptz
);

INSERT INTO quality_progress (read_up_to) VALUES ('1970-01-01');

CREATE FUNCTION quality_span_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quality_changes (project_id, trace_id) SELECT DISTINCT project_id, trace_id FROM changed;
    RETURN NULL;
END $$;

CREATE FUNCTION quality_score_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO quality_changes (project_id, trace_id, request_id)
    SELECT DISTINCT project_id, trace_id, CASE WHEN trace_id IS NULL THEN request_id END FROM changed
    WHERE trace_id IS NOT NULL OR request_id IS NOT NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER spans_updated AFTER UPDATE ON spans REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_span_changed();
CREATE TRIGGER scores_inserted AFTER INSERT ON scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_score_changed();
CREATE TRIGGER scores_updated AFTER UPDATE ON scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_score_changed();
CREATE TRIGGER scores_deleted AFTER DELETE ON scores REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION quality_score_changed();
