-- Compiling a question of a page takes longer than answering it. Who may not set this for the database sets it in postgresql.conf.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$;
