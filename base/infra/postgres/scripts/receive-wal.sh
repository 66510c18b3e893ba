#!/bin/sh
# Keeps the write-ahead log as it is written, by a slot: nothing is thrown away at the primary that is not here.
set -eu
. /etc/postgres-scripts/role.sh
mkdir -p "$BACKUP/wal"
write_passfile
until pg_receivewal -d "$(conninfo "$POSTGRES_RW")" --create-slot --if-not-exists -S backup; do
  say "waits for $POSTGRES_RW"
  sleep 2
done
exec pg_receivewal -d "$(conninfo "$POSTGRES_RW")" -S backup -D "$BACKUP/wal" --synchronous
