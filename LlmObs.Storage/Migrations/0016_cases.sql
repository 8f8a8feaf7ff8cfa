-- Cases of something that went wrong, the traces they were seen in, and their history, from which times are read.
CREATE TABLE cases (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id      int NOT NULL REFERENCES projects (id),
    state           smallint NOT NULL, -- 0 new, 1 located, 2 fixed, 3 verified
    cause_confirmed boolean,
    opened_at       timestamptz NOT NULL,
    title           text NOT NULL,
    fingerprint     text,
    opened_from     text NOT NULL,
    opened_by       text NOT NULL,
    owner           text,
    cause_category  text,
    cause_trace_id  text,
    cause_span_id   text,
    cause_note      text,
    fixed_in        text
);

CREATE INDEX cases_project_id_idx ON cases (project_id, id DESC);
CREATE INDEX cases_fingerprint_idx ON cases (project_id, fingerprint) WHERE fingerprint IS NOT NULL;

CREATE TABLE case_traces (
    case_id  bigint NOT NULL REFERENCES cases (id),
    added_at timestamptz NOT NULL,
    trace_id text NOT NULL,
    title    text NOT NULL,
    PRIMARY KEY (case_id, trace_id)
);

CREATE INDEX case_traces_trace_id_idx ON case_traces (trace_id);

CREATE TABLE case_events (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES cases (id),
    at      timestamptz NOT NULL,
    by      text NOT NULL,
    kind    text NOT NULL,
    detail  text
);

CREATE INDEX case_events_case_id_idx ON case_events (case_id, id);
CREATE INDEX case_events_kind_idx ON case_events (kind, at);
