-- Fails where row security would not hold for a service.
DO $$
DECLARE
  wrong text;
BEGIN
  WITH RECURSIVE services AS (
    SELECT roleid AS oid FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid
      WHERE member = 'vault'::regrole AND NOT inherit_option AND NOT rolcanlogin
  ), members AS (
    SELECT oid FROM services
    UNION
    SELECT member FROM pg_auth_members JOIN members ON roleid = members.oid WHERE member <> 'vault'::regrole
  )
  SELECT string_agg(it, '; ') INTO wrong FROM (
    SELECT format('%s is a superuser or passes row security', rolname)
      FROM pg_roles JOIN members USING (oid)
      WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication
    UNION ALL
    SELECT format('%s is a member of %s', member::regrole, roleid::regrole)
      FROM pg_auth_members JOIN members ON member = members.oid
      WHERE roleid NOT IN (SELECT oid FROM services) OR member IN (SELECT oid FROM services)
    UNION ALL
    SELECT format('%s is a member of several services', member::regrole)
      FROM pg_auth_members JOIN members ON member = members.oid
      GROUP BY member HAVING count(DISTINCT roleid) > 1
    UNION ALL
    SELECT format('%s does not force its row security', oid::regclass)
      FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity
    UNION ALL
    SELECT format('the event trigger force_row_security is off')
      WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'force_row_security' AND evtenabled = 'O')
  ) AS findings (it);
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'database %: %', current_database(), wrong;
  END IF;
END
$$;
