-- Roles and databases. One run at a time: what two change at once fails in one of them.
SELECT pg_advisory_lock(hashtext('postgres-databases')) \g /dev/null
SET client_min_messages = warning;
CREATE TEMP TABLE wanted (
  service text,
  database text,
  migrations text,
  creates_schemas text,
  role text GENERATED ALWAYS AS (replace(service, '-', '_')) STORED
);
\copy wanted (service, database, migrations, creates_schemas) FROM '/etc/postgres-databases/databases' (DELIMITER ' ')

CREATE TEMP TABLE wanted_roles AS
  SELECT 'database_owner' AS role, false AS login, false AS createrole, false AS replication, false AS bypassrls, false AS leased
  -- Debezium copies tables whole at first, for which row security would leave nothing.
  UNION ALL SELECT 'cdc', true, false, true, true, false
  UNION ALL SELECT 'vault', true, true, false, false, false
  UNION ALL SELECT role, false, false, false, false, true FROM wanted
  -- Owns the tables where migrations are a Job's.
  UNION ALL SELECT role || '_owner', false, false, false, false, true FROM wanted WHERE migrations = 'job';

SELECT format('CREATE ROLE %I', role) FROM wanted_roles WHERE to_regrole(quote_ident(role)) IS NULL \gexec
SELECT format(
    'ALTER ROLE %I NOSUPERUSER NOCREATEDB INHERIT %s %s %s %s',
    role,
    CASE WHEN login THEN 'LOGIN' ELSE 'NOLOGIN' END,
    CASE WHEN createrole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
    CASE WHEN replication THEN 'REPLICATION' ELSE 'NOREPLICATION' END,
    CASE WHEN bypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END
  )
  FROM wanted_roles JOIN pg_roles ON rolname = role
  WHERE rolsuper OR rolcreatedb OR NOT rolinherit
    OR (rolcanlogin, rolcreaterole, rolreplication, rolbypassrls) <> (login, createrole, replication, bypassrls) \gexec

-- A login that Vault makes is a member of the service's role. What it made it may inherit from: else it could not take away
-- what such a login owns (createrole_self_grant, postgresql.org/docs/17/runtime-config-client.html).
SELECT format('GRANT %I TO vault WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', role)
  FROM wanted_roles
  WHERE leased AND NOT EXISTS (
    SELECT FROM pg_auth_members
    WHERE roleid = to_regrole(quote_ident(role)) AND member = 'vault'::regrole
      AND admin_option AND NOT inherit_option AND NOT set_option
  ) \gexec
ALTER ROLE vault SET createrole_self_grant = 'set, inherit';

-- Whoever owns a database may grant it to others: nobody logs in as its owner.
SELECT format('CREATE DATABASE %I OWNER database_owner', database)
  FROM (SELECT DISTINCT database FROM wanted) AS it
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = database) \gexec
SELECT format('ALTER DATABASE %I OWNER TO database_owner', datname)
  FROM pg_database
  WHERE datname IN (SELECT database FROM wanted) AND datdba <> 'database_owner'::regrole \gexec
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO replicator;
-- Where its connection is opened; roles are of all databases.
GRANT CONNECT ON DATABASE platform_kernel TO vault;

\t on
SELECT format('not listed, and left as it is: database %s', datname)
  FROM pg_database WHERE datdba = 'database_owner'::regrole AND datname NOT IN (SELECT database FROM wanted);
SELECT format('not listed, and left as it is: role %s', roleid::regrole)
  FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid
  WHERE member = 'vault'::regrole AND NOT inherit_option AND NOT rolcanlogin AND rolname NOT IN (SELECT role FROM wanted_roles);
