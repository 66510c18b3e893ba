#!/bin/sh
# The server. What it follows, if it is a standby, is said here and not in its data: a promotion changes one place.
set -eu
. /etc/postgres-scripts/role.sh

# Asked again: a container that is started anew does not run prepare.sh before.
refuse_second_primary
write_passfile
if is_primary && follows; then
  say 'is the primary by git, and a standby by its data: docs/postgres.md, «Promote the standby»'
fi
exec postgres -D "$PGDATA" \
  -c config_file=/etc/postgres-config/postgresql.conf -c hba_file=/etc/postgres-config/pg_hba.conf \
  -c primary_conninfo="$(conninfo "$POSTGRES_RW")" -c primary_slot_name="$(slot)"
