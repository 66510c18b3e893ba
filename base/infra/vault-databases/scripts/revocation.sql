GRANT "{{name}}" TO CURRENT_USER WITH INHERIT TRUE;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';
REASSIGN OWNED BY "{{name}}" TO "@group@";
DROP OWNED BY "{{name}}";
DROP ROLE IF EXISTS "{{name}}";
