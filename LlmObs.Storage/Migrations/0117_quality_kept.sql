-- A request whose trace sampling dropped still counts: sampling keeps every failure, so rates over what it kept would be too low.
ALTER TABLE quality_facts ADD COLUMN is_kept boolean NOT NULL DEFAULT true;

CREATE FUNCTION quality_trace_dropped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quality_facts AS f SET is_kept = false
    FROM (SELECT DISTINCT project_id, trace_id FROM gone) AS g
    WHERE f.project_id = g.project_id AND f.trace_id = g.trace_id;
    RETURN NULL;
END $$;

CREATE TRIGGER spans_deleted AFTER DELETE ON spans REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION quality_trace_dropped();
