-- What providers and logstores tell of Dify's calls of workflows, and of the runs that such a call may have started.
CREATE TABLE dify_told_calls (
    project_id  int NOT NULL REFERENCES projects (id),
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    is_run      boolean NOT NULL,
    may_repeat  boolean NOT NULL,
    tenant_id   uuid NOT NULL,
    inputs_hash text NOT NULL,
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    PRIMARY KEY (project_id, trace_id, span_id)
);

-- A run is looked up among the calls that passed what it was given, and the other way round.
CREATE INDEX dify_told_calls_inputs_idx ON dify_told_calls (project_id, inputs_hash, tenant_id, started_at);
CREATE INDEX dify_told_calls_received_at_idx ON dify_told_calls (received_at);
