#!/bin/sh
# Fails, so that the server is stopped, where it takes no connections, and where it is a primary that git no longer names.
# Exit code 1 of pg_isready is a server that starts or recovers: killing it would have it begin again.
set -u
. /etc/postgres-scripts/role.sh
refuse_second_primary || exit 1
pg_isready -q -t 5 -h "$RUN" -U kernel -d postgres
[ $? -lt 2 ]
