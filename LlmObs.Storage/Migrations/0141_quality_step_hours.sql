-- Costs are added up in their thousands for a page; what is billed stands on the spans, exactly.
ALTER TABLE quality_facts ALTER COLUMN cost TYPE double precision;
ALTER TABLE quality_steps ALTER COLUMN cost TYPE double precision;

-- The steps of whole hours, added up: a page over a week reads some thousand rows instead of a million.
CREATE TABLE quality_step_hours (
    project_id  int NOT NULL,
    hour        timestamptz NOT NULL,
    service     text,
    release     text,
    environment text,
    name        text NOT NULL,
    kind        smallint NOT NULL,
    runs        bigint NOT NULL,
    failed      bigint NOT NULL,
    cost        double precision,
    currency    text,
    times       real[] NOT NULL -- milliseconds that each request spent in the step
);

CREATE INDEX quality_step_hours_hour_idx ON quality_step_hours (project_id, hour);

-- Hours whose steps changed: they are read step by step until they are added up anew.
CREATE TABLE quality_due_hours (
    project_id int NOT NULL,
    hour       timestamptz NOT NULL,
    due_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, hour)
);

INSERT INTO quality_due_hours (project_id, hour) SELECT DISTINCT project_id, date_trunc('hour', started_at, 'UTC') FROM quality_steps;
