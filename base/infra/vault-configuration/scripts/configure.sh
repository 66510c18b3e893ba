#!/bin/sh
# Brings Vault to what git says, and may run at any time, also twice at once: it adds and changes, and takes nothing away.
set -eu

errors=$(mktemp)

say() { echo "configure.sh  $*"; }

fail() {
  echo "configure.sh  $*" >&2
  exit 1
}

log_in() {
  until VAULT_TOKEN=$(vault write -field=token auth/kubernetes/login \
    role=vault-configuration jwt=@/var/run/secrets/vault/token 2>"$errors"); do
    echo "configure.sh  Vault does not let this Job in yet: $(tail -n 1 "$errors")" >&2
    echo "  unseal it and run first-role.sh, once (docs/vault.md)" >&2
    sleep "${RETRY_SECONDS:-10}"
  done
  export VAULT_TOKEN
  trap 'vault token revoke -self >/dev/null || true; rm -f "$errors"' EXIT
}

# policy <name> <file>
policy() {
  if [ "$(vault policy read "$1" 2>/dev/null)" != "$(cat "$2")" ]; then
    vault policy write "$1" "$2" >/dev/null
    say "policy $1 written"
  fi
}

# mount <path> <kind> <option>…
mount() {
  path=$1 kind=$2
  shift 2
  if ! vault secrets list -format=json | grep -q "^  \"$path/\": {"; then
    vault secrets enable -path="$path" "$@" "$kind" >/dev/null
    say "$kind mounted at $path"
  fi
}

# audit <path> <option>…
audit() {
  path=$1
  shift
  if ! vault audit list -format=json 2>/dev/null | grep -q "^  \"$path/\": {"; then
    vault audit enable -path="$path" file "$@" >/dev/null
    say "audit device $path enabled"
  fi
}

# bind_roles <folder> <option>…
bind_roles() {
  folder=$1
  shift
  while read -r role account namespace; do
    [ -n "$role" ] || continue
    policy "$role" "$folder/$role.hcl"
    vault write "auth/kubernetes/role/$role" \
      bound_service_account_names="$account" bound_service_account_namespaces="$namespace" audience=vault \
      token_policies="$role" "$@" >/dev/null
  done <"$folder/roles"
  say "$(grep -c . "$folder/roles") roles of $folder are as in git"
}

# random <format>: 32 bytes
random() { vault write -field=random_bytes sys/tools/random/32 format="$1"; }

# secret <path> <format> <key>…: makes the keys that the path lacks
secret() {
  path=$1 format=$2
  shift 2
  if held=$(vault kv get -format=json -mount=secret "$path" 2>"$errors"); then
    version=$(printf '%s\n' "$held" | sed -n 's/^ *"version": \([0-9]*\),*$/\1/p')
  elif grep -q '^No value found at ' "$errors"; then
    held='' version=0
  else
    fail "secret/$path cannot be read: $(cat "$errors")"
  fi
  pairs='' made=''
  for key in "$@"; do
    if ! printf '%s\n' "$held" | grep -q "^ *\"$key\": "; then
      pairs="$pairs, \"$key\": \"$(random "$format")\"" made="$made $key"
    fi
  done
  [ -n "$made" ] || return 0
  # cas: of two at once the second fails, and so does one that would bring back what a person deleted.
  if [ "$version" = 0 ]; then
    echo "{${pairs#,}}" | vault kv put -cas=0 -mount=secret "$path" - >/dev/null
  else
    echo "{${pairs#,}}" | vault kv patch -method=rw -cas="$version" -mount=secret "$path" - >/dev/null
  fi
  say "secret/$path made:$made"
}

log_in
# First its own: what it may from here on is in that file.
policy vault-configuration /etc/vault-roles/infra/vault-configuration.hcl

# Two, because Vault answers nothing when the only one cannot be written to.
audit file file_path=/vault/logs/audit.log
audit stdout file_path=stdout

mount secret kv -version=2
# A new mount answers so for a moment: "Upgrading from non-versioned to versioned data".
while vault kv get -mount=secret platform/infra/postgres 2>&1 | grep -q 'Upgrading'; do sleep 1; done
mount database database
mount jwt-rotation transit

# A token lives as long as the lease of a database login, and longer when it is renewed: with it, its leases would end.
bind_roles /etc/vault-roles/services token_period=24h
bind_roles /etc/vault-roles/infra token_ttl=1h token_max_ttl=1h

secret platform/infra/postgres hex superuser replicator vault cdc
secret platform/valkey hex password
secret platform/integration-hub/encryption-key base64 key
