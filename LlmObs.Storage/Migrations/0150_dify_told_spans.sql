-- Spans that Dify sends over OTLP under ids of OpenTelemetry's. They wait here until it is known which run they are of, and stay as the
-- way from their own ids to the step.
CREATE TABLE dify_told_spans (
    project_id     int NOT NULL REFERENCES projects (id),
    json_bytes     int NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT now(),
    due_at         timestamptz, -- when it is tried; null once the step, or the span itself, is written
    run_id         uuid,
    node_id        uuid,        -- the node's execution; of a round its container's
    kind           smallint NOT NULL,
    trace_id       text NOT NULL,
    span_id        text NOT NULL,
    parent_span_id text,
    body           bytea,       -- null once it is written
    PRIMARY KEY (project_id, trace_id, span_id)
);

ALTER TABLE dify_told_spans ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE INDEX dify_told_spans_due_at_idx ON dify_told_spans (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX dify_told_spans_received_at_idx ON dify_told_spans (received_at);
