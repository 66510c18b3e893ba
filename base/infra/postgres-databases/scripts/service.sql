-- The rights of one service in its database.
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('postgres-databases')) \g /dev/null
\if :by_job
  \set owner :role _owner
\else
  \set owner :role
\endif
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
SELECT CASE WHEN :'creates_schemas' = 'yes'
  THEN format('GRANT CREATE ON DATABASE %I TO %I', :'database', :'role')
  ELSE format('REVOKE CREATE ON DATABASE %I FROM %I', :'database', :'role') END \gexec

CREATE SCHEMA IF NOT EXISTS :"role" AUTHORIZATION :"owner";
-- After a change from self to job, or back, all that there is goes to the new owner.
SELECT format('REASSIGN OWNED BY %I TO %I', nspowner::regrole::text, :'owner')
  FROM pg_namespace WHERE nspname = :'role' AND nspowner::regrole <> quote_ident(:'owner')::regrole \gexec
\if :by_job
  GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"owner";
  GRANT USAGE ON SCHEMA :"role" TO :"role";
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA :"role" TO :"role";
  GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA :"role" TO :"role";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"role" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"role";
  ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"role" GRANT SELECT, USAGE ON SEQUENCES TO :"role";
\endif
COMMIT;
