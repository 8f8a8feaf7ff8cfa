-- What PostgreSQL and SLS hold of the spans received in one minute, as it was last compared.
CREATE TABLE ledger_minutes (
    project_id     int NOT NULL REFERENCES projects (id),
    minute         timestamptz NOT NULL,
    state          smallint NOT NULL,
    record_spans   bigint NOT NULL,
    sls_spans      bigint NOT NULL,
    missing_spans  bigint NOT NULL,
    surplus_logs   bigint NOT NULL,
    repaired_spans bigint NOT NULL,
    repairs        int NOT NULL,
    checked_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, minute)
);

-- The few that must be looked at again (waiting 1, gap 2), and what the pages show.
CREATE INDEX ledger_minutes_open_idx ON ledger_minutes (minute) WHERE state IN (1, 2);
CREATE INDEX ledger_minutes_minute_idx ON ledger_minutes (minute);

-- One row: how far the ledger has come, and whose turn it is. Logs written before this migration carry no minute, so it begins with the next one.
CREATE TABLE ledger_progress (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    next_minute  timestamptz NOT NULL,
    leased_until timestamptz
);

INSERT INTO ledger_progress (next_minute) VALUES (date_trunc('minute', now()) + interval '1 minute');

-- The outbox as it was, for its rate: what is waiting tells nothing about how fast it leaves.
CREATE TABLE outbox_samples (
    at            timestamptz PRIMARY KEY,
    pending_spans bigint NOT NULL,
    shipped_spans bigint NOT NULL
);
