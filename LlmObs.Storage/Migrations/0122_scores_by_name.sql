-- Scores are looked for by name: the newest of one first, and which names there are.
CREATE INDEX scores_name_idx ON scores (project_id, name, given_at DESC, id DESC);
