#!/bin/sh
# Run by a person in the standby that git now calls the primary. Refuses while another primary answers.
set -eu
. /etc/postgres-scripts/role.sh

ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$RUN" -U kernel -d postgres -c "$1"; }

if ! is_primary; then
  say "git says that the primary is $PRIMARY; commit the change first, and wait until it has come here (a minute)"
  exit 1
fi
if ! follows; then
  say 'is the primary already'
  exit 0
fi
write_passfile
for member in $POSTGRES_MEMBERS; do
  name=${member%%=*}
  [ "$name" != "$POD_NAME" ] || continue
  if pg_isready -q -t 5 -h "${member#*=}"; then
    standby=$(psql -X -q -A -t -d "$(conninfo "${member#*=}")" -c 'SELECT pg_is_in_recovery()' || echo unknown)
    if [ "$standby" != t ]; then
      say "$name still answers, and is no standby: stop it first (kubectl delete pod $name)"
      exit 1
    fi
  fi
done
say "has received the log up to $(ask 'SELECT pg_last_wal_receive_lsn()')"
say "has replayed it up to $(ask "SELECT pg_last_wal_replay_lsn() || ', the last transaction of ' || coalesce(pg_last_xact_replay_timestamp()::text, 'unknown')")"
pg_ctl -D "$PGDATA" -w promote
say 'is the primary'
