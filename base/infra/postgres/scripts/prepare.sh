#!/bin/sh
# Gives an empty volume its data before the server starts: a new database cluster, a copy of the primary, or what restore.sh
# has recovered. All is made under another name and renamed: what was interrupted is never taken for data.
set -eu
. /etc/postgres-scripts/role.sh

refuse_second_primary
if has_data; then
  say "has data$(follows && echo ' of a standby')"
  exit 0
fi

making=$PGDATA.making
rm -rf "$making"
write_passfile
RESTORE_FROM=$(cat /etc/postgres-primary/RESTORE_FROM)

copy() {
  from=$1
  shift
  until pg_isready -q -t 5 -d "$(conninfo "$from")"; do
    say "waits for $from"
    sleep 2
  done
  pg_basebackup -d "$(conninfo "$from")" -D "$making" -X stream -c fast "$@"
}

if ! is_primary; then
  say "copies $PRIMARY"
  # The slot from before a copy that was interrupted is as good.
  until pg_receivewal -d "$(conninfo "$POSTGRES_RW")" --create-slot --if-not-exists -S "$(slot)"; do
    say "waits for $POSTGRES_RW"
    sleep 2
  done
  copy "$POSTGRES_RW" -S "$(slot)"
  touch "$making/standby.signal"
elif [ -n "$RESTORE_FROM" ]; then
  say "takes over what was restored at $RESTORE_FROM"
  copy "$RESTORE_FROM"
else
  # An empty volume in place of the primary's: a new cluster beside a standby with all the data would be the worst of mistakes.
  for member in $POSTGRES_MEMBERS; do
    name=${member%%=*}
    [ "$name" != "$POD_NAME" ] || continue
    status=0
    pg_isready -q -t 5 -h "${member#*=}" || status=$?
    if [ "$status" -lt 2 ]; then
      say "is empty, and $name has data: no new database cluster is made beside it"
      say "promote $name: docs/postgres.md, «Promote the standby»"
      exit 1
    fi
  done
  say 'makes a new database cluster'
  # The builtin provider sorts the same on every C library, so a new image never breaks an index.
  initdb -D "$making" -U kernel --pwfile=/etc/postgres-passwords/superuser --data-checksums --encoding=UTF8 \
    --locale-provider=builtin --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
  serve="-c listen_addresses= -c unix_socket_directories=$RUN -c hba_file=/etc/postgres-config/pg_hba.conf"
  pg_ctl -D "$making" -w -o "$serve" start
  psql -X -v ON_ERROR_STOP=1 -h "$RUN" -U kernel -d postgres -f /etc/postgres-scripts/birth.sql
  pg_ctl -D "$making" -w -m fast stop
fi
mv "$making" "$PGDATA"
sync
