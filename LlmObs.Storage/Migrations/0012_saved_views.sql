-- Searches that people keep, for themselves or for everybody who sees the project.
CREATE TABLE saved_views (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id int NOT NULL REFERENCES projects (id),
    is_shared  boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Who may change it: the key a session was opened with, or the hash of a browser's own secret.
    owner      text NOT NULL,
    name       text NOT NULL,
    -- The query part of the search page's address.
    state      text NOT NULL
);

CREATE INDEX saved_views_project_id_idx ON saved_views (project_id);
