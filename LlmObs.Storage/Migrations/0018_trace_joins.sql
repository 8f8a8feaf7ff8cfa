-- How traces of one request hang together beyond their request id: one row for each trace and reason.
CREATE TABLE trace_joins (
    project_id          int NOT NULL REFERENCES projects (id),
    inferred            boolean NOT NULL,
    made_at             timestamptz NOT NULL DEFAULT now(),
    child_trace_id      text NOT NULL,
    parent_trace_id     text, -- null while candidates are open
    parent_span_id      text, -- null when the traces stand beside one another
    basis               text NOT NULL,
    candidate_trace_ids text[] NOT NULL,
    candidate_span_ids  text[] NOT NULL,
    PRIMARY KEY (project_id, child_trace_id, basis)
);

CREATE INDEX trace_joins_parent_idx ON trace_joins (project_id, parent_trace_id) WHERE parent_trace_id IS NOT NULL;

-- A trace that may be the parent shows what may hang under it.
CREATE INDEX trace_joins_candidates_idx ON trace_joins USING gin (candidate_trace_ids) WHERE candidate_trace_ids <> '{}';

CREATE INDEX trace_joins_made_at_idx ON trace_joins (made_at);
