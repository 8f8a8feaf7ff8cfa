-- An evaluator's page lists its scores by the beginning of their ids. The primary key cannot: its order is that of the database's language.
CREATE INDEX scores_id_pattern_idx ON scores (project_id, id text_pattern_ops);
