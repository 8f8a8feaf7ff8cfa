-- Judgements of traces, spans, sessions and requests. They may come before what they judge, so nothing here refers to spans.
CREATE TABLE scores (
    project_id  int NOT NULL REFERENCES projects (id),
    data_type   smallint NOT NULL,
    given_at    bigint NOT NULL, -- microseconds since 1970
    received_at timestamptz NOT NULL DEFAULT now(),
    value       double precision,
    id          text NOT NULL,
    trace_id    text,
    span_id     text,
    session_id  text,
    request_id  text,
    name        text NOT NULL,
    label       text,
    comment     text,
    source      text NOT NULL,
    metadata    text,
    PRIMARY KEY (project_id, id)
);

CREATE INDEX scores_trace_id_idx ON scores (project_id, trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX scores_session_id_idx ON scores (project_id, session_id) WHERE session_id IS NOT NULL;
CREATE INDEX scores_request_id_idx ON scores (project_id, request_id) WHERE request_id IS NOT NULL;

-- Lists go by time, newest first, and retention by age.
CREATE INDEX scores_given_at_idx ON scores (project_id, given_at DESC, id DESC);
CREATE INDEX scores_received_at_idx ON scores (received_at);
