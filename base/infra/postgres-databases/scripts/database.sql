-- What holds in every database.
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('postgres-databases')) \g /dev/null
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- A service that migrates by itself owns its tables, and row security does not bind an owner unless it is forced
-- (postgresql.org/docs/17/ddl-rowsecurity.html): whoever turns it on gets it forced, and cannot take that back.
CREATE OR REPLACE FUNCTION public.force_row_security() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  unforced regclass;
BEGIN
  FOR unforced IN
    SELECT pg_class.oid
    FROM pg_event_trigger_ddl_commands() AS command JOIN pg_class ON pg_class.oid = command.objid
    WHERE command.classid = 'pg_class'::regclass AND relrowsecurity AND NOT relforcerowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', unforced);
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION public.force_row_security() FROM PUBLIC;
SELECT $$CREATE EVENT TRIGGER force_row_security ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
    EXECUTE FUNCTION public.force_row_security()$$
  WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'force_row_security') \gexec
ALTER EVENT TRIGGER force_row_security ENABLE;
SELECT format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', oid::regclass)
  FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity \gexec
COMMIT;
