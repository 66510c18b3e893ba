#!/bin/sh
# Tells Vault how to make a login of PostgreSQL for each service, and tries each: it adds and changes, and takes nothing away.
set -eu

errors=$(mktemp)
scripts=/vault/scripts

say() { echo "connect.sh  $*"; }

# until_it_works <what> <command>…: as long as the Job may take
until_it_works() {
  what=$1
  shift
  until "$@" 2>"$errors"; do
    echo "connect.sh  $what: $(tr '\n' ' ' <"$errors")" >&2
    sleep "${RETRY_SECONDS:-10}"
  done
}

log_in() {
  VAULT_TOKEN=$(vault write -field=token auth/kubernetes/login role=vault-databases jwt=@/var/run/secrets/vault/token)
}

connection() {
  # By stdin, so that no process shows the password among its words.
  vault kv get -field=vault -mount=secret platform/infra/postgres | {
    read -r password || [ -n "$password" ] || exit 1
    # Vault's own pod has the authority there; a password of its logins reaches PostgreSQL as a SCRAM verifier.
    vault write database/config/postgres - >/dev/null <<JSON
{
  "plugin_name": "postgresql-database-plugin",
  "connection_url": "postgresql://{{username}}:{{password}}@postgres-rw.platform-infra.svc.cluster.local:5432/platform_kernel?sslmode=verify-full&sslrootcert=/vault/tls/ca.crt",
  "username": "vault",
  "password": "$password",
  "password_authentication": "scram-sha-256",
  "max_open_connections": 4,
  "allowed_roles": "*",
  "verify_connection": true,
  "username_template": "{{ printf \"%s-%s-%s\" (.RoleName | truncate 24) (random 12 | lowercase) (unix_time) }}"
}
JSON
  }
}

# statements <file> <group>
statements() { sed "s/@group@/$2/g" "$scripts/$1"; }

role() {
  group=$(echo "$1" | tr - _)
  vault write "database/roles/$1" db_name=postgres default_ttl=24h max_ttl=720h \
    creation_statements="$(statements creation.sql "$group")" \
    revocation_statements="$(statements revocation.sql "$group")" \
    rollback_statements="$(statements revocation.sql "$group")" >/dev/null
}

try() {
  lease=$(vault read -field=lease_id "database/creds/$1") && vault lease revoke -sync "$lease" >/dev/null
}

until_it_works 'Vault does not let this Job in yet' log_in
export VAULT_TOKEN
trap 'vault token revoke -self >/dev/null || true; rm -f "$errors"' EXIT

until_it_works 'PostgreSQL does not let Vault in yet' connection
say 'Vault reaches PostgreSQL'
while read -r service _; do
  [ -n "$service" ] || continue
  role "$service"
  until_it_works "$service has no login yet, its group is missing or not Vault's to give" try "$service"
  say "$service has a login"
done </etc/databases/databases
