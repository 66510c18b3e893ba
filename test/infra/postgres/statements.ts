/** What Vault runs, as the role `vault`, to make a login of this group role: its creation_statements. */
export const createLogin = (group: string, name: string, password: string): string => `
  CREATE ROLE "${name}" LOGIN PASSWORD '${password}' VALID UNTIL '2099-01-01' IN ROLE "${group}";
  ALTER ROLE "${name}" SET ROLE "${group}";
  ALTER ROLE "${name}" SET search_path = "${group}";`

/** What Vault runs to take that login away: its revocation_statements. */
export const revokeLogin = (name: string): string => `
  ALTER ROLE "${name}" NOLOGIN;
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${name}';
  DROP OWNED BY "${name}";
  DROP ROLE "${name}";`
