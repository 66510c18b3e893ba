path "secret/data/platform/infra/postgres" {
  capabilities = ["read"]
}
path "database/config/postgres" {
  capabilities = ["create", "read", "update"]
}
path "database/roles/*" {
  capabilities = ["create", "read", "update", "list"]
}
# Each new role is tried: a login is made and taken back.
path "database/creds/*" {
  capabilities = ["read"]
}
path "sys/leases/revoke/database/creds/*" {
  capabilities = ["update"]
}
