-- People judge what was recorded: sets of labels, queues of items to label, and what each person said.
CREATE TABLE label_sets (
    id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id int NOT NULL REFERENCES projects (id),
    kind       smallint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    name       text NOT NULL,
    question   text NOT NULL,
    choices    text NOT NULL, -- JSON [{"name","about"}], in the order of their keys
    reasons    text[] NOT NULL,
    guide      text,
    created_by text NOT NULL,
    UNIQUE (project_id, name)
);

CREATE TABLE label_queues (
    id           int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id   int NOT NULL REFERENCES projects (id),
    label_set_id int NOT NULL REFERENCES label_sets (id),
    readings     smallint NOT NULL CHECK (readings BETWEEN 1 AND 5), -- people who label each item
    created_at   timestamptz NOT NULL DEFAULT now(),
    name         text NOT NULL,
    created_by   text NOT NULL,
    UNIQUE (project_id, name)
);

-- A trace, or one span of it. Nothing refers to spans: a label outlives what it was given to.
CREATE TABLE label_items (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue_id   int NOT NULL REFERENCES label_queues (id),
    added_at   timestamptz NOT NULL DEFAULT now(),
    held_since timestamptz,
    held_until timestamptz,
    trace_id   text NOT NULL,
    span_id    text,
    title      text NOT NULL,
    assignee   text,
    holder     text,
    UNIQUE NULLS NOT DISTINCT (queue_id, trace_id, span_id)
);

CREATE TABLE labels (
    item_id   bigint NOT NULL REFERENCES label_items (id),
    is_final  boolean NOT NULL, -- decides between readings that differ
    seconds   int, -- from holding the item to saying so
    given_at  timestamptz NOT NULL,
    annotator text NOT NULL,
    value     text NOT NULL,
    reasons   text[] NOT NULL,
    note      text,
    PRIMARY KEY (item_id, is_final, annotator)
);

CREATE UNIQUE INDEX labels_final_idx ON labels (item_id) WHERE is_final;

-- A queue whose items are also rows of a DingTalk AI table.
CREATE TABLE dingtalk_tables (
    queue_id     int PRIMARY KEY REFERENCES label_queues (id),
    due_at       timestamptz NOT NULL DEFAULT now(),
    leased_until timestamptz,
    synced_at    timestamptz,
    base_id      text NOT NULL,
    sheet        text NOT NULL, -- as typed: the sheet's id or name
    sheet_id     text, -- known after the first exchange
    fields       text NOT NULL DEFAULT '{}', -- JSON: our column → the field's id, which stays when people rename it
    missing      text[] NOT NULL DEFAULT '{}', -- our columns whose field people removed
    problem      text
);

CREATE TABLE dingtalk_rows (
    item_id      bigint PRIMARY KEY REFERENCES label_items (id),
    queue_id     int NOT NULL REFERENCES dingtalk_tables (queue_id) ON DELETE CASCADE,
    client_token uuid NOT NULL, -- of the insert the row is part of: repeated, it inserts nothing again
    is_removed   boolean NOT NULL DEFAULT false, -- people deleted it from the table
    record_id    text,
    agreed       text NOT NULL DEFAULT '{}', -- JSON: column → the value both sides had last
    theirs       text -- JSON: column → the table's value, where both sides changed it
);

CREATE INDEX dingtalk_rows_queue_id_idx ON dingtalk_rows (queue_id);

-- Where an item stands: open until enough people labelled it; differing while those disagree and nobody decided; else done.
CREATE VIEW label_item_states AS
SELECT i.id AS item_id, i.queue_id, count(l.item_id) FILTER (WHERE NOT l.is_final)::int AS readings,
    CASE
        WHEN bool_or(l.is_final) THEN 'done'
        WHEN count(l.item_id) < q.readings THEN 'open'
        WHEN s.kind IN (0, 1) AND count(DISTINCT l.value) > 1 THEN 'differing' -- choices and scales; two free texts always differ
        ELSE 'done'
    END AS state
FROM label_items AS i
JOIN label_queues AS q ON q.id = i.queue_id
JOIN label_sets AS s ON s.id = q.label_set_id
LEFT JOIN labels AS l ON l.item_id = i.id
GROUP BY i.id, q.id, s.id;
