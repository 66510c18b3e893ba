#!/bin/sh
# A base backup, verified and named for the time when it was complete; then those above KEEP go, and the log that only they
# needed.
set -eu
. /etc/postgres-scripts/role.sh
write_passfile
mkdir -p "$BACKUP/base"
making=$BACKUP/base.making
rm -rf "$making"
pg_basebackup -d "$(conninfo "$POSTGRES_RW")" -D "$making" -X stream -c fast
pg_verifybackup -q "$making"
sync
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$making" "$BACKUP/base/$name"
say "has the verified base backup $name"

bases() { find "$BACKUP/base" -mindepth 1 -maxdepth 1 | sort; }
bases | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
  rm -rf "$old"
  say "has removed $old"
done
first=$(sed -n 's/^START WAL LOCATION: .* (file \([0-9A-F]*\))$/\1/p' "$(bases | head -n 1)/backup_label")
pg_archivecleanup "$BACKUP/wal" "$first"
