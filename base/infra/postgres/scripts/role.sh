# shellcheck shell=sh
# Read by the other scripts. Which pod is the primary is said in git: ConfigMap postgres-primary, one line of the overlay.

PRIMARY=$(cat /etc/postgres-primary/PRIMARY)
RUN=/var/run/postgresql

say() { printf '%s  %s\n' "$POD_NAME" "$*" >&2; }

slot() { printf %s "$POD_NAME" | tr - _; }
is_primary() { [ "$PRIMARY" = "$POD_NAME" ]; }
has_data() { [ -s "$PGDATA/PG_VERSION" ]; }
follows() { [ -e "$PGDATA/standby.signal" ]; }

# Data of a primary, in a pod that git does not call so: to start it would be to take writes in two places.
refuse_second_primary() {
  if has_data && ! follows && ! is_primary; then
    say "has the data of a primary, but git says that the primary is $PRIMARY: it does not start"
    say "to follow $PRIMARY, give it an empty volume: docs/postgres.md, «Clone the old primary again»"
    return 1
  fi
}

# For the programs that log in as replicator; a file, since PGPASSWORD would go before what primary_conninfo says.
write_passfile() {
  (
    umask 077
    printf '*:*:*:replicator:%s\n' "$(sed 's/[\\:]/\\&/g' /etc/postgres-passwords/replicator)" >"$RUN/passfile"
  )
}

conninfo() {
  echo "host=$1 port=5432 user=replicator dbname=postgres application_name=$POD_NAME passfile=$RUN/passfile" \
    "sslmode=verify-full sslrootcert=/etc/postgres-tls/ca.crt connect_timeout=5"
}
