#!/bin/sh
# Once, in a pod of an unsealed Vault, with the root token on stdin: lets the Job vault-configuration log in, which does the
# rest. Gives it the right to write its own policy and no other; all that it may is in git, in that policy's file.
set -eu

if [ -t 0 ]; then
  printf 'Root token: ' >&2
  stty -echo
  trap 'stty echo' EXIT
fi
read -r VAULT_TOKEN || [ -n "$VAULT_TOKEN" ]
export VAULT_TOKEN

vault auth list -format=json | grep -q '"kubernetes/"' || vault auth enable kubernetes

# Vault asks with the token and the authority that its pod has: nothing to configure, nothing that expires.
vault read -field=kubernetes_host auth/kubernetes/config >/dev/null 2>&1 ||
  vault write auth/kubernetes/config kubernetes_host=https://kubernetes.default.svc

vault policy read vault-configuration >/dev/null 2>&1 || vault policy write vault-configuration - <<'POLICY'
path "sys/policies/acl/vault-configuration" {
  capabilities = ["create", "read", "update"]
}
POLICY

vault write auth/kubernetes/role/vault-configuration \
  bound_service_account_names=vault-configuration \
  bound_service_account_namespaces=platform-infra \
  audience=vault \
  token_policies=vault-configuration \
  token_ttl=1h token_max_ttl=1h

# A root token that nobody needs any more is one that nobody can steal.
[ -n "${KEEP_ROOT_TOKEN:-}" ] || vault token revoke -self
