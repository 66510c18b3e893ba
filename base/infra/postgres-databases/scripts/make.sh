#!/bin/sh
# Makes what the list says: a line is a service, its database, who changes its tables (self or job), and whether it may create
# schemas (yes or no). It adds and changes; what is no longer listed stays, and is named.
set -eu
scripts=/etc/postgres-scripts
list=/etc/postgres-databases/databases
password() { cat "/etc/postgres-passwords/$1"; }
PGPASSWORD=$(password superuser)
export PGPASSWORD
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

until pg_isready -q -t 5; do
  echo "waits for $PGHOST" >&2
  sleep 2
done

sql -f "$scripts/cluster.sql"
cut -d ' ' -f 2 "$list" | sort -u | while read -r database; do
  sql -d "$database" -v "database=$database" -f "$scripts/database.sql"
done
while read -r service database migrations creates_schemas; do
  [ "$migrations" = job ] && by_job=true || by_job=false
  sql -d "$database" -v "database=$database" -v "role=$(echo "$service" | tr - _)" -v "by_job=$by_job" \
    -v "creates_schemas=$creates_schemas" -f "$scripts/service.sql"
  if [ "$service" = "$CDC_SERVICE" ]; then
    sql -d "$database" -v "database=$database" -v "role=$(echo "$service" | tr - _)" -f "$scripts/cdc.sql"
  fi
done <"$list"

# Only where it is another one: to set a password writes it anew, with another salt.
for login in vault cdc; do
  if ! PGUSER=$login PGPASSWORD=$(password $login) psql -X -q -d platform_kernel -c '' >/dev/null 2>&1; then
    sql -v "login=$login" -f "$scripts/password.sql"
    echo "$login has the password of Vault" >&2
  fi
done

cut -d ' ' -f 2 "$list" | sort -u | while read -r database; do
  sql -d "$database" -f "$scripts/probe.sql"
done
