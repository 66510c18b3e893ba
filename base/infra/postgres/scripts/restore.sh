#!/bin/sh
# restore.sh ['<yyyy-mm-dd hh:mm:ss>'], in UTC: recovers the last base backup from before that time, and the log up to it,
# beside the backups, and serves the result in this pod. Nothing of the running servers is touched. Without a time: all there is.
set -eu
. /etc/postgres-scripts/role.sh
target=${1:-}
digits() { printf %s "$1" | tr -cd 0-9 | cut -c 1-14; }
base=$(find "$BACKUP/base" -mindepth 1 -maxdepth 1 | sort | while read -r one; do
  if [ -z "$target" ] || [ "$(digits "$(basename "$one")")" -le "$(digits "$target")" ]; then echo "$one"; fi
done | tail -n 1)
if [ -z "$base" ]; then
  say "has no base backup from before ${target:-now}"
  exit 1
fi
restored=$BACKUP/restored
if pg_ctl -D "$restored" status >/dev/null 2>&1; then
  say "still serves an earlier restore; to end it: pg_ctl -D $restored stop"
  exit 1
fi
rm -rf "$restored"
cp -a "$base" "$restored"
touch "$restored/recovery.signal"
say "recovers $base up to ${target:-the end of the log}"
pg_ctl -D "$restored" -l "$restored.log" -o "-c config_file=/etc/postgres-config/postgresql.conf \
  -c hba_file=/etc/postgres-config/pg_hba.conf -c hot_standby=off -c sync_replication_slots=off \
  -c shared_buffers=128MB -c max_connections=20 \
  -c restore_command='cp $BACKUP/wal/%f %p || cp $BACKUP/wal/%f.partial %p' \
  -c recovery_target_time='$target' -c recovery_target_action=promote" -W start
# pg_ctl takes a server for ready that still recovers.
until pg_isready -q -h "$RUN" -U kernel -d postgres; do
  sleep 1
  if ! pg_ctl -D "$restored" status >/dev/null; then
    tail -n 20 "$restored.log" >&2
    say 'was not restored'
    exit 1
  fi
done
say "serves what was restored: psql -h $RUN -U kernel platform_kernel"
