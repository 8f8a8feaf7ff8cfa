-- What redaction found, per rule and field, with the last place as an example. Never the value.
CREATE TABLE redaction_finds (
    project_id int NOT NULL REFERENCES projects (id),
    rule       text NOT NULL,
    dry_run    boolean NOT NULL,
    field      text NOT NULL,
    finds      bigint NOT NULL,
    last_at    timestamptz NOT NULL DEFAULT now(),
    trace_id   text NOT NULL,
    span_id    text NOT NULL,
    PRIMARY KEY (project_id, rule, dry_run, field)
);

-- Traces that sampling would leave out: held until they are quiet, then kept (an error, a score) or dropped.
-- A decided row stays for a while, so that a late span meets the same decision on every replica.
CREATE TABLE held_traces (
    project_id int NOT NULL REFERENCES projects (id),
    last_at    timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    is_kept    boolean,
    trace_id   text NOT NULL,
    PRIMARY KEY (project_id, trace_id)
);

CREATE INDEX held_traces_last_at_idx ON held_traces (last_at) WHERE decided_at IS NULL;

-- Coverage: what was received and what of it was dropped, by the day of the decision.
CREATE TABLE sampling_days (
    day            date NOT NULL,
    project_id     int NOT NULL REFERENCES projects (id),
    received_spans bigint NOT NULL DEFAULT 0,
    dropped_spans  bigint NOT NULL DEFAULT 0,
    dropped_traces bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, project_id)
);
