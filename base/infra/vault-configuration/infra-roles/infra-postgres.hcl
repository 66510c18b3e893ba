# Vault Secrets Operator, for the servers' own passwords.
path "secret/data/platform/infra/postgres" {
  capabilities = ["read"]
}
path "secret/metadata/platform/infra/postgres" {
  capabilities = ["read"]
}
