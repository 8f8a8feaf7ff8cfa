-- Evaluators and their versions. A version is never changed: scores name the one they came from.
CREATE TABLE evaluators (
    id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL REFERENCES projects (id),
    version    int NOT NULL,
    on_arrival boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    name       text NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE evaluator_versions (
    evaluator_id int NOT NULL REFERENCES evaluators (id) ON DELETE CASCADE,
    version      int NOT NULL,
    saved_at     timestamptz NOT NULL DEFAULT now(),
    saved_by     text NOT NULL,
    definition   text NOT NULL, -- JSON
    PRIMARY KEY (evaluator_id, version)
);

-- Work for LlmObs.Quality. A row is claimed for one turn at a time under a lease; position says where the next turn goes on.
CREATE TABLE quality_jobs (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id       int NOT NULL REFERENCES projects (id),
    evaluator_id     int REFERENCES evaluators (id) ON DELETE CASCADE,
    version          int, -- null: the evaluator's newest at each turn
    kind             smallint NOT NULL,
    state            smallint NOT NULL DEFAULT 0, -- 0 open, 1 done, 2 failed, 3 cancelled
    attempts         int NOT NULL DEFAULT 0, -- turns in a row that did not end well
    created_at       timestamptz NOT NULL DEFAULT now(),
    due_at           timestamptz NOT NULL DEFAULT now(),
    leased_until     timestamptz,
    lease            uuid,
    started_at       timestamptz,
    finished_at      timestamptz,
    window_from      timestamptz,
    window_to        timestamptz,
    judged           bigint NOT NULL DEFAULT 0,
    skipped          bigint NOT NULL DEFAULT 0,
    failed           bigint NOT NULL DEFAULT 0,
    created_by       text NOT NULL,
    position         text,
    result           text, -- JSON
    last_error       text
);

CREATE INDEX quality_jobs_due_at_idx ON quality_jobs (due_at) WHERE state = 0;
CREATE INDEX quality_jobs_evaluator_id_idx ON quality_jobs (evaluator_id, id);

-- An evaluator has one job that judges what arrives.
CREATE UNIQUE INDEX quality_jobs_arrival_idx ON quality_jobs (evaluator_id) WHERE kind = 0 AND state = 0;

-- What the operator gave LlmObs.Quality to work with, as it found it: connections and models by name, never their secrets.
CREATE TABLE quality_resources (
    kind       text NOT NULL, -- sql, model
    name       text NOT NULL,
    detail     text NOT NULL,
    problem    text,
    checked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, name)
);

-- Replies of judges, so that the same question is not paid for twice.
CREATE TABLE judge_replies (
    key        bytea PRIMARY KEY, -- SHA-256 of model and prompt
    created_at timestamptz NOT NULL DEFAULT now(),
    trace_id   text,
    reply      text NOT NULL
);

CREATE INDEX judge_replies_created_at_idx ON judge_replies (created_at);

-- What judges used each day, UTC.
CREATE TABLE judge_days (
    day           date NOT NULL,
    model         text NOT NULL,
    calls         bigint NOT NULL DEFAULT 0,
    cached        bigint NOT NULL DEFAULT 0,
    input_tokens  bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, model)
);
