-- Requests to work out anew what the stored model calls of a project cost. One is open for a project at a time.
CREATE TABLE repricings (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id    int NOT NULL REFERENCES projects (id),
    from_at       timestamptz NOT NULL,
    to_at         timestamptz NOT NULL,
    asked_at      timestamptz NOT NULL DEFAULT now(),
    asked_by      text NOT NULL,
    finished_at   timestamptz,
    looked_spans  bigint NOT NULL DEFAULT 0,
    changed_spans bigint NOT NULL DEFAULT 0,
    -- The last call that was looked at, in the order of receipt.
    last_at       timestamptz,
    last_trace_id text NOT NULL DEFAULT '',
    last_span_id  text NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX repricings_open_idx ON repricings (project_id) WHERE finished_at IS NULL;
CREATE INDEX repricings_project_id_idx ON repricings (project_id, id);
