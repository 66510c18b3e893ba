#!/bin/sh
# Keeps the write-ahead log as it is written, by a slot: nothing is thrown away at the primary that is not here. After a
# promotion the new primary has no such slot yet.
set -eu
. /etc/postgres-scripts/role.sh
write_passfile
child=
trap 'kill "$child" 2>/dev/null; wait; exit 0' INT TERM
while :; do
  mkdir -p "$BACKUP/wal"
  (
    pg_receivewal -d "$(conninfo "$POSTGRES_RW")" --create-slot --if-not-exists -S backup &&
      exec pg_receivewal -d "$(conninfo "$POSTGRES_RW")" --no-loop -S backup -D "$BACKUP/wal" --synchronous
  ) &
  child=$!
  wait "$child" || say 'receives no log, and tries again'
  sleep 5
done
