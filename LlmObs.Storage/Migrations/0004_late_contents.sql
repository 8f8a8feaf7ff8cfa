-- Content that came apart from its span. A merged row stays for a while: it tells a repeat from something new,
-- and lets a straggler of the same span take its place in order of time.
CREATE TABLE late_contents (
    project_id  int NOT NULL,
    attempts    int NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz NOT NULL DEFAULT now(),
    merged_at   timestamptz,
    json_bytes  int NOT NULL,
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    key         text NOT NULL,
    body        bytea NOT NULL,
    PRIMARY KEY (project_id, trace_id, span_id, key)
);

ALTER TABLE late_contents ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX late_contents_due_at_idx ON late_contents (due_at) WHERE merged_at IS NULL;
CREATE INDEX late_contents_received_at_idx ON late_contents (received_at);
