#!/bin/sh
# Has the server read its certificate again when cert-manager has renewed it.
set -u
. /etc/postgres-scripts/role.sh
loaded=
while :; do
  now=$(cat /etc/postgres-tls/tls.crt /etc/postgres-tls/tls.key | cksum)
  if [ "$now" != "$loaded" ] &&
    psql -X -q -h "$RUN" -U kernel -d postgres -c 'SELECT pg_reload_conf()' >/dev/null 2>&1; then
    [ -z "$loaded" ] || say 'has read its renewed certificate'
    loaded=$now
  fi
  sleep "$WATCH_SECONDS"
done
