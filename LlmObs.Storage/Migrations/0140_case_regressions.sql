-- A case may be opened because of one score. An evaluator may be run over chosen traces: those of a case, and a later release's answers to its questions.
ALTER TABLE cases ADD COLUMN score_id text;

ALTER TABLE quality_jobs
    ADD COLUMN case_id bigint REFERENCES cases (id),
    ADD COLUMN trace_ids text[];

CREATE INDEX quality_jobs_case_id_idx ON quality_jobs (case_id, id) WHERE case_id IS NOT NULL;

-- Who else was asked the same.
CREATE INDEX quality_facts_question_idx ON quality_facts (project_id, left(question, 200)) WHERE question IS NOT NULL;
