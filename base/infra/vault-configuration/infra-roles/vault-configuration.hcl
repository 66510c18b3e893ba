# Who may write any policy and bind it to any account may do all, by a detour: what this Job runs is reviewed in git.
path "sys/policies/acl/*" {
  capabilities = ["create", "read", "update", "list"]
}
path "auth/kubernetes/role/*" {
  capabilities = ["create", "read", "update", "list"]
}
path "sys/audit" {
  capabilities = ["read", "sudo"]
}
path "sys/audit/*" {
  capabilities = ["create", "update", "sudo"]
}
path "sys/mounts" {
  capabilities = ["read"]
}
path "sys/mounts/*" {
  capabilities = ["create", "update"]
}
path "sys/tools/random/*" {
  capabilities = ["update"]
}
# What it makes when it is missing. It reads them to see whether they are.
path "secret/data/platform/infra/postgres" {
  capabilities = ["create", "read", "update"]
}
path "secret/data/platform/valkey" {
  capabilities = ["create", "read", "update"]
}
path "secret/data/platform/integration-hub/encryption-key" {
  capabilities = ["create", "read", "update"]
}
