-- Once, in a new database cluster: the login of standbys and backups. All others are made by postgres-databases.
\set password `cat /etc/postgres-passwords/replicator`
CREATE ROLE replicator LOGIN REPLICATION PASSWORD :'password';
CREATE DATABASE platform_kernel;
