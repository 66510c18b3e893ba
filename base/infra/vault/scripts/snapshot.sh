#!/bin/sh
# Saves all that Vault holds, encrypted by its own key: worthless without what unseals it.
set -eu

VAULT_TOKEN=$(vault write -field=token auth/kubernetes/login role=vault-snapshot jwt=@/var/run/secrets/vault/token)
export VAULT_TOKEN
trap 'vault token revoke -self >/dev/null || true' EXIT

file=/snapshots/$(date -u +%Y%m%dT%H%M%SZ).snap
rm -f /snapshots/*.part
vault operator raft snapshot save "$file.part"
vault operator raft snapshot inspect "$file.part" >/dev/null
# By half it is never taken for a snapshot.
mv "$file.part" "$file"
echo "saved $file, $(wc -c <"$file") bytes"

# shellcheck disable=SC2012 # only names made here
ls -1 /snapshots/*.snap | sort -r | tail -n "+$((SNAPSHOTS_KEPT + 1))" | while read -r old; do rm -f "$old"; done
