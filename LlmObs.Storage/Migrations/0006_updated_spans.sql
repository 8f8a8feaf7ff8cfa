-- Spans that come in pieces (Langfuse's ingestion events): what all events so far say of each, merged.
-- The row stays as long as spans do, because an update may come at any time.
CREATE TABLE updated_spans (
    project_id  int NOT NULL,
    json_bytes  int NOT NULL DEFAULT 0,
    received_at timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz, -- when the span is to be written anew; null when it says all that came
    day         date,        -- the partition its span lies in; null before the first time
    trace_id    text NOT NULL,
    span_id     text NOT NULL,
    body        bytea,
    PRIMARY KEY (project_id, trace_id, span_id)
);

ALTER TABLE updated_spans ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX updated_spans_due_at_idx ON updated_spans (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX updated_spans_received_at_idx ON updated_spans (received_at);

-- Images and files that clients take out of prompts and upload beside the trace; the prompt refers to them by id.
CREATE TABLE media (
    project_id   int NOT NULL REFERENCES projects (id),
    length       int NOT NULL,
    received_at  timestamptz NOT NULL DEFAULT now(),
    id           text NOT NULL, -- the first 22 characters of the base64url of the hash
    content_type text NOT NULL,
    sha256       bytea NOT NULL,
    body         bytea,         -- null until uploaded
    PRIMARY KEY (project_id, id)
);

ALTER TABLE media ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX media_received_at_idx ON media (received_at);
