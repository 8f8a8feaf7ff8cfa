-- Who reads a source of Dify's runs at the moment, and how that goes. One row for each source: 'postgres', 'sls'.
CREATE TABLE dify_readers (
    source       text PRIMARY KEY,
    is_paused    boolean NOT NULL DEFAULT false,
    leased_until timestamptz,
    polled_at    timestamptz, -- the last turn that went through
    failed_at    timestamptz,
    queries      bigint NOT NULL DEFAULT 0,
    rows_read    bigint NOT NULL DEFAULT 0,
    busy_ms      bigint NOT NULL DEFAULT 0,
    holder       uuid,
    last_error   text
);

-- How far each stream of a source has been read. New rows go up from where the reader began, history goes down from there.
CREATE TABLE dify_streams (
    source    text NOT NULL,
    stream    text NOT NULL,
    is_done   boolean NOT NULL DEFAULT false,
    began_at  timestamptz NOT NULL, -- where it began
    at        timestamptz NOT NULL, -- how far it has come
    rows_read bigint NOT NULL DEFAULT 0,
    id        uuid NOT NULL,
    PRIMARY KEY (source, stream)
);

-- Runs as far as finding their caller needs them, and those still open.
CREATE TABLE dify_runs (
    project_id  int NOT NULL REFERENCES projects (id),
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    look_at     timestamptz, -- when an open one is read again; null once it ended
    received_at timestamptz NOT NULL DEFAULT now(),
    run_id      uuid NOT NULL,
    tenant_id   uuid NOT NULL,
    app_id      uuid NOT NULL,
    creator     uuid NOT NULL,
    role        text NOT NULL,
    inputs      text[], -- a hash of each variable; null when it was given none
    PRIMARY KEY (project_id, run_id)
);

CREATE INDEX dify_runs_look_at_idx ON dify_runs (project_id, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX dify_runs_match_idx ON dify_runs (project_id, app_id, creator, started_at);
CREATE INDEX dify_runs_received_at_idx ON dify_runs (received_at);

-- Steps that started another run: which one, has to be found.
CREATE TABLE dify_calls (
    project_id  int NOT NULL REFERENCES projects (id),
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    received_at timestamptz NOT NULL DEFAULT now(),
    may_repeat  boolean NOT NULL,
    tenant_id   uuid NOT NULL,
    app_id      uuid NOT NULL,
    creator     uuid NOT NULL,
    role        text NOT NULL,
    inputs_hash text, -- of all inputs; null when others may have been added
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    inputs      text[] NOT NULL,
    PRIMARY KEY (project_id, trace_id, span_id)
);

-- A run is looked up among calls that passed just what it was given, and among those of agents.
CREATE INDEX dify_calls_exact_idx ON dify_calls (project_id, inputs_hash, app_id, creator, started_at);
CREATE INDEX dify_calls_agents_idx ON dify_calls (project_id, app_id, creator, started_at) WHERE inputs_hash IS NULL;
CREATE INDEX dify_calls_received_at_idx ON dify_calls (received_at);

-- Messages whose answer, or whose feedback, may still come.
CREATE TABLE dify_messages (
    project_id  int NOT NULL REFERENCES projects (id),
    created_at  timestamptz NOT NULL,
    look_at     timestamptz, -- for the answer
    judge_at    timestamptz, -- for feedback and annotations
    received_at timestamptz NOT NULL DEFAULT now(),
    message_id  uuid NOT NULL,
    trace_id    text NOT NULL,
    PRIMARY KEY (project_id, message_id)
);

CREATE INDEX dify_messages_look_at_idx ON dify_messages (project_id, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX dify_messages_judge_at_idx ON dify_messages (project_id, judge_at) WHERE judge_at IS NOT NULL;
CREATE INDEX dify_messages_received_at_idx ON dify_messages (received_at);
