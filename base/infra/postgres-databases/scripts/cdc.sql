-- What Debezium copies: the tables of one service, those to come as well.
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('postgres-databases')) \g /dev/null
GRANT CONNECT ON DATABASE :"database" TO cdc;
SELECT format('CREATE PUBLICATION cdc FOR TABLES IN SCHEMA %I', :'role')
  WHERE NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'cdc') \gexec
GRANT USAGE ON SCHEMA :"role" TO cdc;
GRANT SELECT ON ALL TABLES IN SCHEMA :"role" TO cdc;
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I GRANT SELECT ON TABLES TO cdc', nspowner::regrole, nspname)
  FROM pg_namespace WHERE nspname = :'role' \gexec
COMMIT;
