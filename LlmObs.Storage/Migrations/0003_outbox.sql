-- What is still to be sent to SLS. A row names spans and does not copy them: it is read when claimed, so the newest version goes out.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id     uuid NOT NULL,
    project_id   int NOT NULL REFERENCES projects (id),
    created_at   timestamptz NOT NULL DEFAULT now(),
    due_at       timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    parked_at    timestamptz,
    attempts     int NOT NULL,
    span_count   int NOT NULL,
    last_error   text,
    days         date[] NOT NULL,
    trace_ids    text[] NOT NULL,
    span_ids     text[] NOT NULL
);

-- Rows live for seconds: compressing them costs more than it saves.
ALTER TABLE outbox ALTER COLUMN days SET STORAGE EXTERNAL, ALTER COLUMN trace_ids SET STORAGE EXTERNAL, ALTER COLUMN span_ids SET STORAGE EXTERNAL;

-- One row, written by shippers only: what has been shipped cannot be counted in a table it was deleted from.
CREATE TABLE outbox_totals (
    only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    shipped_batches bigint NOT NULL DEFAULT 0,
    shipped_spans   bigint NOT NULL DEFAULT 0,
    failed_attempts bigint NOT NULL DEFAULT 0,
    last_error      text
);

INSERT INTO outbox_totals DEFAULT VALUES;
